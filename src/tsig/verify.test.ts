import fc from "fast-check";
import { expect, test } from "vitest";
import { findAlgorithm, TSIG_ALGORITHMS } from "./algorithms.ts";
import { BADKEY, BADSIG, BADTIME } from "./errors.ts";
import { createKeyring, findKeyByText, formatKeyName, type Keyring } from "./keyring.ts";
import { signatureOctets, signMessage } from "./sign.ts";
import { refusalOctets, signRefusal } from "./sign-refusal.ts";
import { findSignature, readSignature } from "./signature.ts";
import { verifySignature } from "./verify.ts";
import { VerifyingStream } from "./verifying-stream.ts";

const secret = Buffer.from("0123456789abcdefghijklmnopqrstuv");
const keyringOf = (algorithm: string, name = "Transfer.Example"): Keyring =>
  createKeyring([{ name, algorithm: findAlgorithm(algorithm)!, secret }]);

/** As BIND's dig (the first two, the second with half of the MAC) and Knot's kdig sent them. */
const SENT = [
  {
    algorithm: "hmac-sha256",
    at: 0x6b040448,
    hex: "a4ad0120000100000000000103777777076578616d706c6503636f6d0000010001087472616e73666572076578616d706c650000fa00ff00000000003d0b686d61632d7368613235360000006b040448012c0020803e99c3755f7848c5f2e5467839f15c812a06d292ecc39a8e9edbd05f937aa2a4ad00000000",
  },
  {
    algorithm: "hmac-sha512",
    at: 0x6b040449,
    hex: "e0460120000100000000000203777777076578616d706c6503636f6d000001000100002904d000000000000c000a0008c0753bbf77a9d428087472616e73666572076578616d706c650000fa00ff00000000003d0b686d61632d7368613531320000006b040449012c002054eab21b0c0599a1d169d56536c12440ffb5fed4f4206713ef6f0ca98764ba69e04600000000",
  },
  {
    algorithm: "hmac-sha1",
    at: 0x6b04044a,
    hex: "03ef0120000100000000000103777777076578616d706c6503636f6d0000010001087472616e73666572076578616d706c650000fa00ff00000000002f09686d61632d736861310000006b04044a012c0014136f3727b691dd0a7af4959c3a29fdcb76c8d9ff03ef00000000",
  },
];
const NOW = SENT[0]!.at;

function read(hex: string): { octets: Buffer; at: number } {
  const octets = Buffer.from(hex, "hex");
  return { octets, at: findSignature(octets, octets.length) };
}

function verify(octets: Uint8Array, keyring: Keyring, now = NOW) {
  return verifySignature(octets, octets.length, findSignature(octets, octets.length), keyring, now);
}

test.for(SENT)("verifySignature() verifies what others sent with $algorithm", (sent) => {
  const { octets, at } = read(sent.hex);
  const verdict = verifySignature(octets, octets.length, at, keyringOf(sent.algorithm), sent.at);
  expect(verdict).toMatchObject({ kind: "verified", length: at });
});

test("verifySignature() knows the key in any case, and by whatever ID the message has now", () => {
  const { octets } = read(SENT[0]!.hex);
  const at = octets.indexOf("transfer");
  octets.write("TRANSFER", at);
  octets.writeUInt16BE(4711, 0);
  expect(verify(octets, keyringOf("hmac-sha256", "TRANSFER.example.")).kind).toBe("verified");
});

test("verifySignature() says BADKEY to an unknown name and to another algorithm", () => {
  const { octets } = read(SENT[0]!.hex);
  for (const keyring of [keyringOf("hmac-sha256", "other"), keyringOf("hmac-sha512"), new Map()]) {
    expect(verify(octets, keyring)).toMatchObject({ kind: "refused", rcode: 9, error: BADKEY });
  }
});

test("verifySignature() says BADSIG whatever octet of the message or its variables is another", () => {
  const { octets, at } = read(SENT[0]!.hex);
  const signature = readSignature(octets, octets.length, at)!;
  const rdata = octets.length - 16 - signature.mac.length;
  const last = octets.length - 6;
  // Not the ID, which the original one stands for, and not the counts, which say where the record is.
  const places = [2, 3, 13, 20, 30, rdata + 1, rdata + 6, last - 1, last + 1, last + 2];
  for (const place of places) {
    const changed = Uint8Array.from(octets);
    changed[place]! ^= 1;
    const verdict = verifySignature(changed, changed.length, at, keyringOf("hmac-sha256"), NOW);
    expect(verdict, `octet ${place}`).toMatchObject({ kind: "refused", rcode: 9, error: BADSIG });
  }
});

test("verifySignature() says BADTIME only beyond the fudge", () => {
  const { octets } = read(SENT[0]!.hex);
  const keyring = keyringOf("hmac-sha256");
  for (const now of [NOW - 300, NOW + 300]) {
    expect(verify(octets, keyring, now).kind).toBe("verified");
  }
  for (const now of [NOW - 301, NOW + 301, NOW + 2 ** 32]) {
    expect(verify(octets, keyring, now)).toMatchObject({ rcode: 9, error: BADTIME });
  }
});

/** The message with only so many octets of its MAC. */
function truncate({ octets, at }: ReturnType<typeof read>, macOctets: number): Uint8Array {
  const { mac } = readSignature(octets, octets.length, at)!;
  const macAt = octets.length - 6 - mac.length;
  const cut = Buffer.concat([
    octets.subarray(0, macAt),
    Buffer.alloc(Math.max(0, macOctets - mac.length)),
    mac.subarray(0, macOctets),
    octets.subarray(-6),
  ]);
  cut.writeUInt16BE(macOctets, macAt - 2);
  const rdlength = macAt - 10 - 13 - 2;
  cut.writeUInt16BE(cut.length - rdlength - 2, rdlength);
  return cut;
}

test("verifySignature() takes MACs from half their length on, and none that is too short or too long", () => {
  const whole = read(SENT[0]!.hex);
  const keyring = keyringOf("hmac-sha256");
  expect(verify(truncate(whole, 31), keyring).kind).toBe("verified");
  expect(verify(truncate(whole, 16), keyring).kind).toBe("verified");
  for (const octets of [0, 10, 15, 33]) {
    expect(verify(truncate(whole, octets), keyring)).toMatchObject({ rcode: 1, error: 0 });
  }
});

test("verifySignature() calls a malformed record a format error", () => {
  const { octets, at } = read(SENT[0]!.hex);
  const keyring = keyringOf("hmac-sha256");
  const withGarbage = Buffer.concat([octets, Buffer.of(0)]);
  expect(verifySignature(withGarbage, withGarbage.length, at, keyring, NOW)).toMatchObject({
    rcode: 1,
  });
  for (let length = at + 1; length < octets.length; length++) {
    expect(verifySignature(octets, length, at, keyring, NOW)).toMatchObject({ rcode: 1 });
  }
  // TTL, class.
  for (const place of [at + 18 + 7, at + 18 + 3]) {
    const changed = Uint8Array.from(octets);
    changed[place]! ^= 1;
    expect(verifySignature(changed, changed.length, at, keyring, NOW)).toMatchObject({ rcode: 1 });
  }
});

test("findSignature() and readSignature() take anything without throwing", () => {
  const { octets: sent } = read(SENT[1]!.hex);
  const broken = fc
    .tuple(fc.nat(sent.length - 1), fc.nat(255), fc.nat(sent.length))
    .map(([at, octet, cut]) => {
      const octets = Uint8Array.from(sent);
      octets[at] = octet;
      return octets.subarray(0, cut);
    });
  fc.assert(
    fc.property(fc.oneof(broken, fc.uint8Array({ maxLength: 300 })), (octets) => {
      const at = findSignature(octets, octets.length);
      expect(at).toBeLessThanOrEqual(octets.length);
      for (let from = 0; from < octets.length; from += 7) {
        readSignature(octets, octets.length, from);
      }
    }),
  );
});

const question = Buffer.from("12340000000100000000000003777777076578616d706c6500000100010", "hex");

function message(extra: number): { octets: Uint8Array; length: number } {
  const octets = new Uint8Array(question.length + extra);
  octets.set(question);
  return { octets, length: question.length };
}

test.for(TSIG_ALGORITHMS)(
  "signMessage() signs with $text what verifySignature() verifies",
  (algorithm) => {
    const keyring = keyringOf(algorithm.text);
    const key = findKeyByText(keyring, "transfer.example")!;
    const { octets, length } = message(signatureOctets(key));
    const signed = signMessage(octets, length, key, { time: NOW });
    const request = octets.subarray(0, signed.length);
    const verdict = verify(request, keyring);
    expect(verdict).toMatchObject({ kind: "verified", length, mac: signed.mac });
    expect(request[11]).toBe(1);
  },
);

test("signRefusal() leaves BADKEY and BADSIG unsigned and repeats whose they are", () => {
  const { octets } = read(SENT[0]!.hex);
  const verdict = verify(octets, new Map());
  if (verdict.kind !== "refused") throw new Error("not refused");
  const response = message(refusalOctets(verdict));
  const length = signRefusal(response.octets, response.length, verdict, NOW);
  expect(length).toBe(response.octets.length);
  const at = findSignature(response.octets, length);
  const signature = readSignature(response.octets, length, at)!;
  expect(signature).toMatchObject({ error: BADKEY, mac: new Uint8Array(0), originalId: 0x1234 });
  expect(formatKeyName({ name: signature.keyName, algorithm: TSIG_ALGORITHMS[0]!, secret })).toBe(
    "transfer.example",
  );
  const key = findKeyByText(keyringOf("hmac-sha256"), "transfer.example")!;
  const stream = new VerifyingStream(key, new Uint8Array(32));
  expect(stream.verify(response.octets, length, NOW)).toEqual({
    kind: "refused",
    rcode: 9,
    error: BADKEY,
    isReported: true,
  });
});

test("signRefusal() signs BADTIME by the client's clock and tells ours", () => {
  const { octets } = read(SENT[0]!.hex);
  const keyring = keyringOf("hmac-sha256");
  const serverTime = NOW + 5000;
  const verdict = verify(octets, keyring, serverTime);
  if (verdict.kind !== "refused") throw new Error("not refused");
  const response = message(refusalOctets(verdict));
  const length = signRefusal(response.octets, response.length, verdict, serverTime);
  expect(length).toBe(response.octets.length);
  const at = findSignature(response.octets, length);
  const signature = readSignature(response.octets, length, at)!;
  expect(signature).toMatchObject({ error: BADTIME, time: NOW });
  expect(Buffer.from(signature.other).readUIntBE(0, 6)).toBe(serverTime);
  const stream = new VerifyingStream(verdict.key!, verdict.signature!.mac);
  expect(stream.verify(response.octets, length, NOW)).toMatchObject({
    error: BADTIME,
    isReported: true,
  });
});

test("signRefusal() adds nothing to a format error", () => {
  const response = message(0);
  const verdict = {
    kind: "refused",
    rcode: 1,
    error: 0,
    signature: undefined,
    key: undefined,
  } as const;
  expect(signRefusal(response.octets, response.length, verdict, NOW)).toBe(response.length);
});
