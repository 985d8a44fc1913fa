import { createHmac } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { TSIG_ALGORITHMS } from "./algorithms.ts";
import { BADKEY, BADSIG, BADTIME } from "./errors.ts";
import { createKeyring, type TsigKey } from "./keyring.ts";
import { signatureOctets, writeSignature } from "./sign.ts";
import { readSignature } from "./signature.ts";
import { SigningStream } from "./signing-stream.ts";
import { VerifyingStream } from "./verifying-stream.ts";

const NOW = 1_800_000_000;
const requestMac = Uint8Array.from({ length: 32 }, (_, i) => i);
const key = keyOf("a.example", "first secret");

function keyOf(name: string, secret: string): TsigKey {
  const written = { name, algorithm: TSIG_ALGORITHMS[0]!, secret: Buffer.from(secret) };
  return [...createKeyring([written]).values()][0]!;
}

let signing: SigningStream;
let verifying: VerifyingStream;
beforeEach(() => {
  signing = new SigningStream(key, requestMac);
  verifying = new VerifyingStream(key, requestMac);
});

/** A response without records; the ID tells one from another. */
function unsigned(id: number): Uint8Array {
  return Uint8Array.of(id >> 8, id & 0xff, 0x84, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}

function signed(id: number, stream = signing, now = NOW): Uint8Array {
  const octets = new Uint8Array(12 + signatureOctets(stream.key));
  octets.set(unsigned(id));
  return octets.subarray(0, stream.sign(octets, 12, now));
}

function verify(message: Uint8Array, now = NOW) {
  return verifying.verify(message, message.length, now);
}

test("verify() follows a stream of signed messages", () => {
  expect(verifying.isSettled).toBe(false);
  for (const id of [1, 2, 3]) {
    expect(verify(signed(id))).toEqual({ kind: "verified", length: 12 });
    expect(verifying.isSettled).toBe(true);
  }
});

test("verify() notices a message that is missing, doubled or out of order", () => {
  const [first, second, third] = [signed(1), signed(2), signed(3)];
  verify(first);
  expect(verify(third)).toMatchObject({ kind: "refused", error: BADSIG });
  verifying = new VerifyingStream(key, requestMac);
  verify(first);
  verify(second);
  expect(verify(second)).toMatchObject({ kind: "refused", error: BADSIG });
});

test("verify() refuses a response to another request, and one by another key", () => {
  verifying = new VerifyingStream(
    key,
    requestMac.map((octet) => octet ^ 1),
  );
  expect(verify(signed(1))).toMatchObject({ error: BADSIG, isReported: false });
  verifying = new VerifyingStream(keyOf("b.example", "first secret"), requestMac);
  expect(verify(signed(1))).toMatchObject({ error: BADKEY });
});

test("verify() refuses an unsigned first message", () => {
  expect(verify(unsigned(1))).toMatchObject({ kind: "refused", rcode: 9 });
});

test("verify() refuses what is signed too long ago", () => {
  expect(verify(signed(1), NOW + 301)).toMatchObject({ error: BADTIME, isReported: false });
});

test("verify() covers unsigned messages by the next signature", () => {
  expect(verify(signed(1)).kind).toBe("verified");
  const between = [unsigned(2), unsigned(3)];
  for (const message of between) {
    expect(verify(message)).toEqual({ kind: "unsigned", length: 12 });
    expect(verifying.isSettled).toBe(false);
  }
  // Made as the sender must make it: the unsigned ones are digested in front of the signed one.
  expect(verify(signedAfter(between, 4))).toEqual({ kind: "verified", length: 12 });
  expect(verifying.isSettled).toBe(true);
});

test("verify() notices that an unsigned message was changed", () => {
  verify(signed(1));
  verify(unsigned(7));
  expect(verify(signedAfter([unsigned(2)], 4))).toMatchObject({ error: BADSIG });
});

test("verify() gives up after 99 unsigned messages", () => {
  verify(signed(1));
  for (let i = 0; i < 99; i++) expect(verify(unsigned(i)).kind).toBe("unsigned");
  expect(verify(unsigned(99))).toMatchObject({ kind: "refused" });
});

test("verify() refuses a message that is none", () => {
  expect(verify(Uint8Array.of(1, 2, 3))).toMatchObject({ kind: "refused", rcode: 1 });
});

/** The second signed message of a stream, with unsigned ones in front of it. */
function signedAfter(between: readonly Uint8Array[], id: number): Uint8Array {
  const first = new SigningStream(key, requestMac);
  const mac = readMac(signed(1, first));
  const message = unsigned(id);
  const hmac = createHmac("sha256", key.secret);
  hmac.update(Uint8Array.of(0, mac.length)).update(mac);
  for (const each of between) hmac.update(each);
  hmac.update(message);
  const time = Buffer.alloc(8);
  time.writeUIntBE(NOW, 0, 6);
  time.writeUInt16BE(300, 6);
  const octets = new Uint8Array(12 + signatureOctets(key));
  octets.set(message);
  const { name, algorithm } = key;
  const length = writeSignature(octets, 12, {
    keyName: name,
    algorithm: algorithm.name,
    time: NOW,
    mac: hmac.update(time).digest(),
    error: 0,
    other: new Uint8Array(0),
  });
  return octets.subarray(0, length);
}

function readMac(message: Uint8Array): Uint8Array {
  return readSignature(message, message.length, 12)!.mac;
}
