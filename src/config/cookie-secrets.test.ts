import { expect, it } from "vitest";
import { parseCookieSecrets } from "./cookie-secrets.ts";

const ONE = "e5e973e5a6b2a43f48e7dc849e37bfcf";
const TWO = "445536BCD2513298075A5D379663C962";

function read(text: string): string | string[] {
  const secrets = parseCookieSecrets(text);
  if (typeof secrets === "string") return secrets;
  return secrets.map((secret) => Buffer.from(secret).toString("hex"));
}

it("parseCookieSecrets() reads one secret a line, in their order", () => {
  expect(read(ONE)).toEqual([ONE]);
  expect(read(`# new\r\n${TWO}\r\n\n  ${ONE}  \n`)).toEqual([TWO.toLowerCase(), ONE]);
});

it("parseCookieSecrets() says what is wrong, and no secret", () => {
  expect(read("")).toBe("it holds no secret: write 32 hexadecimal digits");
  expect(read("# none\n")).toBe("it holds no secret: write 32 hexadecimal digits");
  expect(read(`${ONE}\n${TWO}0\n`)).toBe("line 2 is not 32 hexadecimal digits");
  expect(read(`${ONE} ${TWO}`)).toBe("line 1 is not 32 hexadecimal digits");
  expect(read(`${ONE}\n`.repeat(8))).toHaveLength(8);
  expect(read(`${ONE}\n`.repeat(9))).toBe("it holds more than 8 secrets");
});
