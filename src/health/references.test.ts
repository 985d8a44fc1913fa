import { expect, test } from "vitest";
import { parseReference } from "./references.ts";

test.for([
  ["tcp://192.0.2.1:443", "192.0.2.1", 443],
  ["TCP://192.0.2.1:1", "192.0.2.1", 1],
  ["tcp://[2001:DB8:0::1]:65535", "2001:db8::1", 65535],
] as const)("parseReference() reads %s", ([text, address, port]) => {
  expect(parseReference(text)).toMatchObject({
    key: `reference ${address} ${port}`,
    address,
    port,
    check: { protocol: "TCP", interval: 5000, timeout: 2000 },
  });
});

test.for([
  ["192.0.2.1:443", '"192.0.2.1:443" is not of the form tcp://ADDRESS:PORT'],
  ["tcp://192.0.2.1", '"tcp://192.0.2.1" is not of the form tcp://ADDRESS:PORT'],
  ["udp://192.0.2.1:53", '"udp://192.0.2.1:53" is not of the form tcp://ADDRESS:PORT'],
  ["tcp://192.0.2.1:443/x", '"tcp://192.0.2.1:443/x" is not of the form tcp://ADDRESS:PORT'],
  ["tcp://2001:db8::1:443", '"tcp://2001:db8::1:443" is not of the form tcp://ADDRESS:PORT'],
  ["tcp://gateway:443", '"gateway" is not an IP address: references are never looked up by name'],
  [
    "tcp://[192.0.2.1]:443",
    '"192.0.2.1" is not an IP address: references are never looked up by name',
  ],
  ["tcp://192.0.2.1:0", "port 0 is not between 1 and 65535"],
  ["tcp://192.0.2.1:65536", "port 65536 is not between 1 and 65535"],
] as const)("parseReference() says what is wrong with %s", ([text, problem]) => {
  expect(parseReference(text)).toBe(problem);
});
