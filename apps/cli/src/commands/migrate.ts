import { applyMigrations } from "@pharmadb/store";
import { type Command, UsageError } from "../command.ts";
import { openDatabase } from "../open-parts.ts";
import { refuseArguments } from "../parse-command.ts";

export const migrate: Command = {
  usage: ["migrate"],
  summary: "applies the migrations to DATABASE_URL",
  async run({ args, config, stack }) {
    refuseArguments("migrate", args);
    if (config.databaseUrl === null) {
      throw new UsageError("DATABASE_URL: not set. The embedded record is migrated whenever the service starts.");
    }
    const database = stack.adopt(await openDatabase(config), (opened) => opened.close());
    const applied = await applyMigrations(database.sql);
    const lines = applied.length > 0 ? applied.map((name) => `applied ${name}`) : ["Nothing to apply."];
    process.stdout.write(`${lines.join("\n")}\n`);
    return 0;
  },
};
