/** Rdata of many types in presentation form, as every server reads it. */
import type { Random } from "../support/random.ts";

/** Types that have rdata of their own here, by how often they are wanted. */
export const ORDINARY_TYPES: readonly string[] = [
  ..."A A A A AAAA AAAA AAAA TXT TXT MX MX MX SRV SRV PTR HTTPS HTTPS SVCB".split(" "),
  ..."CAA NAPTR TLSA SSHFP LOC HINFO RP AFSDB KX URI CERT OPENPGPKEY TYPE65280 TYPE65281".split(
    " ",
  ),
];

/** @param target some name for the types that have one */
export function randomRdata(random: Random, type: string, target: () => string): string {
  const { hex, address4, address6, text } = generators(random);
  switch (type) {
    case "A":
      return address4();
    case "AAAA":
      return address6();
    case "TXT":
      return Array.from({ length: 1 + random.below(3) }, () => `"${text()}"`).join(" ");
    case "MX":
      return random.below(12) === 0 ? "0 ." : `${random.below(100)} ${target()}`;
    case "SRV":
      return `${random.below(9)} ${random.below(9)} ${random.below(65536)} ${random.below(12) === 0 ? "." : target()}`;
    case "PTR":
      return target();
    case "HTTPS":
    case "SVCB":
      return randomService(random, target);
    case "CAA":
      return `${random.pick([0, 128])} issue "${text()}"`;
    case "NAPTR":
      return `${random.below(9)} ${random.below(9)} "${random.pick(["S", "A", "U"])}" "SIP+D2U" "" ${target()}`;
    case "TLSA":
      return `3 1 1 ${hex(32)}`;
    case "SSHFP":
      return `4 2 ${hex(32)}`;
    case "LOC":
      return `${random.below(90)} ${random.below(60)} 0.000 N ${random.below(180)} 0 0.000 E ${random.below(999)}.00m 1.00m 10000.00m 10.00m`;
    case "HINFO":
      return `"${text()}" "${text()}"`;
    case "RP":
      return `${target()} ${target()}`;
    case "AFSDB":
    case "KX":
      return `${random.below(9)} ${target()}`;
    case "URI":
      return `${random.below(9)} ${random.below(9)} "https://${text()}/"`;
    case "CERT":
      return `1 ${random.below(65536)} 8 ${Buffer.from(hex(9), "hex").toString("base64")}`;
    case "OPENPGPKEY":
      return Buffer.from(hex(12), "hex").toString("base64");
    case "DS":
      return `${random.below(65536)} 8 2 ${hex(32)}`;
    default: {
      const octets = random.below(30);
      return octets === 0 ? "\\# 0" : `\\# ${octets} ${hex(octets)}`;
    }
  }
}

function randomService(random: Random, target: () => string): string {
  if (random.below(4) === 0) return `0 ${target()}`;
  const params = [
    "alpn=h2,h3",
    `port=${random.below(65536)}`,
    `ipv4hint=192.0.2.${random.below(256)}`,
    `ipv6hint=2001:db8::${1 + random.below(9)}`,
  ].filter(() => random.below(2) === 0);
  return [`${1 + random.below(9)} ${random.below(3) === 0 ? "." : target()}`, ...params].join(" ");
}

function generators(random: Random): {
  hex: (octets: number) => string;
  address4: () => string;
  address6: () => string;
  text: () => string;
} {
  const hex = (octets: number): string =>
    Array.from({ length: octets }, () => random.below(256).toString(16).padStart(2, "0")).join("");
  return {
    hex,
    address4: () => `192.0.${random.below(256)}.${random.below(256)}`,
    address6: () => `2001:db8:${random.below(65536).toString(16)}::${1 + random.below(9999)}`,
    text: () => "text-".repeat(random.below(random.below(9) === 0 ? 50 : 3)) + random.below(1000),
  };
}
