import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { createEgress } from "./create-egress.ts";
import { isAllowedAddress } from "./is-allowed-address.ts";
import { REFUSED_ANSWERS, REFUSED_URLS } from "./testing/more-urls.ts";

const CORPUS = resolve(import.meta.dirname, "../../../../shared/research/ssrf-urls.json");
const PUBLIC = "93.184.216.34";

type Case = {
  id: string;
  url: string;
  expect: "allow" | "deny";
  why: string;
  /** What a name server answers for a name, time after time. */
  dns?: Record<string, string[][]>;
  rebind?: boolean;
  redirect?: string;
};

/** A guard whose name server knows these names, and gives any other a public address. */
function guarded(dns: Record<string, string[][]> = {}, allowPrivate = false) {
  const asked: string[] = [];
  const egress = createEgress({
    allowPrivate,
    resolve: async (name) => {
      asked.push(name);
      const answers = dns[name];
      if (!answers) return [PUBLIC];
      return answers[Math.min(asked.length, answers.length) - 1] ?? [];
    },
  });
  return { egress, asked };
}

const isRefused = { code: "url_refused" };

test.runIf(existsSync(CORPUS))(
  "every URL of the shared corpus is allowed or refused as the corpus says (skipped without ../shared)",
  async () => {
    const cases: Case[] = JSON.parse(readFileSync(CORPUS, "utf8"));
    const wrong: string[] = [];
    for (const { id, url, why, ...given } of cases) {
      const { egress } = guarded(given.dns);
      const check = (target: string) =>
        egress.check(target).then(
          () => "allow",
          (error) => (error.code === "url_refused" ? "deny" : `throws ${error}`),
        );
      let outcome = await check(url);
      // A redirect is refused by not being followed; its target must be judged as the corpus says all the same.
      if (outcome === "allow" && given.redirect !== undefined) outcome = await check(given.redirect);
      // The first answer of a name that rebinds is public; the answer at the time of the request is what counts.
      if (outcome === "allow" && given.rebind) outcome = await check(url);
      if (outcome !== given.expect) wrong.push(`${id} ${JSON.stringify(url)} (${why}): ${outcome}`);
    }
    expect(wrong).toEqual([]);
    expect(cases.length).toBeGreaterThan(100);
  },
);

describe("without private addresses", () => {
  test.each(REFUSED_URLS)("%j is refused without asking a name server", async (url) => {
    const { egress, asked } = guarded();
    await expect(egress.check(url)).rejects.toMatchObject(isRefused);
    await expect(egress.fetch(url)).rejects.toMatchObject(isRefused);
    expect(asked).toEqual([]);
  });

  test.each(REFUSED_ANSWERS.map((answer) => ({ answer })))(
    "a name that resolves to $answer is refused",
    async ({ answer }) => {
      const { egress } = guarded({ "hooks.example.com": [answer] });
      await expect(egress.check("https://hooks.example.com/")).rejects.toMatchObject(isRefused);
      await expect(egress.fetch("https://hooks.example.com/")).rejects.toMatchObject(isRefused);
    },
  );
});

test("a refusal does not tell a name without addresses from one with private addresses, nor any address", async () => {
  const { egress } = guarded({ "inside.example.com": [["10.1.2.3"]], "nowhere.example.com": [[]] });
  const messages = await Promise.all(
    ["https://inside.example.com/", "https://nowhere.example.com/"].map((url) =>
      egress.check(url).then(
        () => "allowed",
        (error) => error.message,
      ),
    ),
  );
  expect(new Set(messages)).toEqual(new Set(["The host name does not resolve to public addresses only."]));
});

test("a URL that is longer than any receiver's is refused", async () => {
  const { egress } = guarded();
  await expect(egress.check(`https://example.com/${"a".repeat(2048)}`)).rejects.toMatchObject(isRefused);
});

test("a name server is asked for the name without its final dot", async () => {
  const { egress, asked } = guarded();
  await egress.check("https://Example.com./hook");
  expect(asked).toEqual(["example.com"]);
});

test("with private addresses allowed, loopback and private networks open, the metadata of clouds and the rest do not", async () => {
  const allowed = (address: string) => isAllowedAddress(address, { allowPrivate: true });
  const open = [
    "127.0.0.1",
    "10.1.2.3",
    "172.18.0.2",
    "192.168.1.1",
    "100.64.0.1",
    "::1",
    "fd12::1",
    "::ffff:10.0.0.1",
  ];
  expect(open.filter((address) => !allowed(address))).toEqual([]);
  const shut = [
    "169.254.169.254",
    "::ffff:169.254.169.254",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "fd00:ec2::254",
    "fd20:ce::254",
    "0.0.0.0",
    "::",
    "224.0.0.1",
    "255.255.255.255",
    "fe80::1",
    "ff02::1",
    "2002:7f00:1::",
    "64:ff9b::7f00:1",
  ];
  expect(shut.filter(allowed)).toEqual([]);
});

test("with private addresses allowed, any port of a user's own server is open, and those of the system are not", async () => {
  const { egress } = guarded({}, true);
  await egress.check("http://127.0.0.1:3000/hook");
  await egress.check("http://localhost.example.com:54321/hook");
  for (const port of [0, 22, 25, 993]) {
    await expect(egress.check(`http://127.0.0.1:${port}/`)).rejects.toMatchObject(isRefused);
  }
});
