import { type Command, usageError } from "./command.ts";
import { EXIT } from "./exit-codes.ts";

export const schemaCommand: Command = {
  name: "schema",
  summary: "print the JSON Schema of the zone file",
  usage: "",
  flags: [],
  description: `The schema tells editors which keys and values a zone file may hold. It comes from the tables that the
reader itself works with. What names mean, and whether records fit together, only "rondo check" says.`,
  examples: [
    {
      call: "rondo schema > zone.schema.json",
      meaning: "for the editor; then, as first line of a zone file:",
    },
    {
      call: "# yaml-language-server: $schema=./zone.schema.json",
      meaning: "checked and completed while you write",
    },
  ],
  exits: "0 printed, 64 wrong usage",
  parse(_flags, positionals) {
    const [extra] = positionals;
    if (extra !== undefined) return usageError(`unexpected ${JSON.stringify(extra)}`);
    return {
      kind: "run",
      run: async (output) => {
        const { describeZoneFile } = await import("../config/zone-schema.ts");
        output.out(`${JSON.stringify(describeZoneFile(), null, 2)}\n`);
        return EXIT.ok;
      },
    };
  },
};
