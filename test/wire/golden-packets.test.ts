import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import dnsPacket from "dns-packet";
import { describe, expect, test } from "vitest";
import { serveInProcess } from "../support/in-process.ts";
import { assertSecondOpinion, readMessage } from "../support/message.ts";
import { fromHex } from "../support/packet.ts";

const folder = import.meta.dirname;
const zone = readFileSync(join(folder, "zone.yaml"), "utf8");

interface GoldenPackets {
  readonly file: string;
  readonly query: Uint8Array;
  readonly response: Uint8Array;
}

const packets = readdirSync(folder)
  .filter((file) => file.endsWith(".hex"))
  .map((file): GoldenPackets => {
    const [query = "", response = ""] = readFileSync(join(folder, file), "utf8")
      .replace(/^[\s\S]*?^> query$/m, "")
      .split(/^< response$/m);
    return { file, query: fromHex(query), response: fromHex(response) };
  });

describe.each(packets)("$file", ({ file, query, response }) => {
  test.each(["udp", "tcp"] as const)("is answered octet for octet over %s", (transport) => {
    const reply = serveInProcess({ "zone.yaml": zone }).ask(query, transport);
    expect(Buffer.from(reply ?? []).toString("hex")).toBe(Buffer.from(response).toString("hex"));
  });

  test("is what others read as well", () => {
    assertSecondOpinion(response, readMessage(response));
    if (file !== "format-error.hex") {
      const asked = dnsPacket.decode(Buffer.from(query)).questions?.[0]?.name;
      const answered = dnsPacket.decode(Buffer.from(response)).questions?.[0]?.name;
      if (file !== "not-implemented.hex") expect(answered).toBe(asked);
    }
  });
});
