import { configDefaults, defineConfig } from "vitest/config";

const CHAOS = "tests/chaos/**";

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
    // Most tests wait for servers and processes more than they compute; the default leaves a core free.
    maxWorkers: "100%",
    // A condition that is waited for may take as long as a busy machine needs; one second is the default.
    expect: { poll: { timeout: 20_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: "parts",
          include: ["apps/**/*.test.ts", "packages/**/*.test.ts", "tests/**/*.test.ts", "scripts/**/*.test.ts"],
          exclude: [...configDefaults.exclude, CHAOS],
        },
      },
      { extends: true, test: { name: "chaos", include: [`${CHAOS}/*.test.ts`] } },
    ],
  },
});
