import { expect, test } from "vitest";
import { serveInProcess } from "../../test/support/in-process.ts";
import { readMessage } from "../../test/support/message.ts";
import { query } from "../../test/support/packet.ts";
import { findAlgorithm } from "../tsig/algorithms.ts";
import { BADKEY, BADSIG, BADTIME } from "../tsig/errors.ts";
import { createKeyring, findKeyByText, type TsigKey } from "../tsig/keyring.ts";
import { signatureOctets, signMessage } from "../tsig/sign.ts";
import { findSignature, readSignature } from "../tsig/signature.ts";
import { VerifyingStream } from "../tsig/verifying-stream.ts";
import { DEFAULT_ANSWER_SETTINGS } from "./answer-settings.ts";

const ZONE = `zone: example.com.
records:
  "": { type: NS, ttl: 1h, value: ns.example.net. }
  www: { type: A, value: 192.0.2.1 }
  many: { type: TXT, values: [${Array.from({ length: 40 }, (_, i) => `"${String(i).padEnd(40, "x")}"`)}] }
`;
const keyring = createKeyring(
  ["hmac-sha256", "hmac-sha512"].map((algorithm) => ({
    name: `${algorithm}.example`,
    algorithm: findAlgorithm(algorithm)!,
    secret: Buffer.from("0123456789abcdef0123456789abcdef"),
  })),
);
const key = findKeyByText(keyring, "hmac-sha256.example")!;

function serve(keys = keyring) {
  return serveInProcess({ "z.yaml": ZONE }, undefined, {
    ...DEFAULT_ANSWER_SETTINGS,
    keyring: keys,
  });
}

function sign(message: Uint8Array, time: number, by: TsigKey = key) {
  const octets = new Uint8Array(message.length + signatureOctets(by));
  octets.set(message);
  const { length, mac } = signMessage(octets, message.length, by, { time });
  return { octets: octets.subarray(0, length), mac };
}

test.for([...keyring.values()])("respond() signs the answer to a signed query", (by) => {
  const server = serve();
  const now = server.time.wall / 1000;
  for (const edns of [undefined, { size: 1232, ecs: "192.0.2.0/24" }]) {
    const { octets, mac } = sign(
      query({ name: "www.example.com", ...(edns && { edns }) }),
      now,
      by,
    );
    for (const transport of ["udp", "tcp"] as const) {
      const response = server.ask(octets, transport)!;
      const message = readMessage(response);
      expect(message).toMatchObject({ rcode: "NOERROR", flags: ["qr", "aa"] });
      expect(message.answer.map(({ rdata }) => rdata)).toEqual(["192.0.2.1"]);
      expect(message.edns === undefined).toBe(edns === undefined);
      const stream = new VerifyingStream(by, mac);
      expect(stream.verify(response, response.length, now).kind).toBe("verified");
    }
  }
});

test("respond() keeps room for the signature", () => {
  const server = serve();
  const now = server.time.wall / 1000;
  for (const size of [512, 700, 1232]) {
    const { octets, mac } = sign(
      query({ name: "many.example.com", type: "TXT", edns: { size } }),
      now,
    );
    const response = server.ask(octets, "udp")!;
    expect(response.length).toBeLessThanOrEqual(size);
    expect(readMessage(response).flags).toContain("tc");
    const stream = new VerifyingStream(key, mac);
    expect(stream.verify(response, response.length, now).kind).toBe("verified");
    // The next one is not signed, and has all the room.
    const plain = server.ask(query({ name: "www.example.com" }), "udp")!;
    expect(readMessage(plain).additional).toEqual([]);
  }
});

test("respond() answers no query with a bad signature, and says what is wrong with it", () => {
  const server = serve();
  const now = server.time.wall / 1000;
  const message = query({ name: "www.example.com", edns: {} });
  const foreign = { ...key, secret: Buffer.from("another secret!!") };
  for (const [octets, error, keys] of [
    [sign(message, now, foreign).octets, BADSIG, keyring],
    [sign(message, now, { ...key, name: Uint8Array.of(1, 0x78, 0) }).octets, BADKEY, keyring],
    [sign(message, now).octets, BADKEY, new Map()],
    [sign(message, now - 1000).octets, BADTIME, keyring],
  ] as const) {
    const response = serve(keys).ask(octets, "udp")!;
    expect(readMessage(response)).toMatchObject({ rcode: "NOTAUTH", answer: [] });
    const at = findSignature(response, response.length);
    expect(readSignature(response, response.length, at)).toMatchObject({ error });
  }
});

test("respond() signs that there is no such EDNS version and no such name", () => {
  const server = serve();
  const now = server.time.wall / 1000;
  for (const [fields, rcode] of [
    [{ name: "www.example.com", edns: { version: 1 } }, "BADVERS"],
    [{ name: "none.example.com" }, "NXDOMAIN"],
    [{ name: "www.example.org" }, "REFUSED"],
  ] as const) {
    const { octets, mac } = sign(query(fields), now);
    const response = server.ask(octets, "udp")!;
    expect(readMessage(response).rcode).toBe(rcode);
    const stream = new VerifyingStream(key, mac);
    expect(stream.verify(response, response.length, now).kind).toBe("verified");
  }
});
