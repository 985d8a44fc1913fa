import { expect, it } from "vitest";
import { query } from "../../test/support/packet.ts";
import { dohPath } from "../../test/support/secure-client.ts";
import { type DohRequest, type RequestHead, readDohBody, readDohRequest } from "./doh-request.ts";

const QUERY = query({ name: "www.example.com" });

function read(head: Partial<RequestHead>, path = "/dns-query"): DohRequest {
  const rest = { contentType: undefined, contentLength: undefined };
  return readDohRequest({ method: "GET", target: "/dns-query", ...rest, ...head }, path);
}

const refused = (status: number): DohRequest => ({ kind: "refused", status });
const asked = { kind: "query", octets: Buffer.from(QUERY) };

it("readDohRequest() reads the query out of GET, whatever stands beside it, on its path alone", () => {
  expect(read({ target: dohPath(QUERY) })).toEqual(asked);
  expect(read({ target: `${dohPath(QUERY)}&ct=x` })).toEqual(asked);
  expect(read({ target: dohPath(QUERY).replace("?", "?ct=x&") })).toEqual(asked);
  expect(read({ target: dohPath(QUERY, "/q") }, "/q")).toEqual(asked);
  expect(read({ target: dohPath(QUERY) }, "/q")).toEqual(refused(404));
});

it.each([
  ["/dns-query", 400],
  ["/dns-query?dns=", 400],
  ["/dns-query?DNS=AAAA", 400],
  ["/dns-query?dns=AAAA", 400],
  ["/dns-query?dns=AAAAAAAAAAAAAAAA=", 400],
  ["/dns-query?dns=AAAAAAAAAAAAAAAAA", 400],
  ["/dns-query?dns=AAAAAAAAAAAAAAA%2B", 400],
  [`/dns-query?dns=${"A".repeat(5463)}`, 414],
  ["/dns-query/?dns=AAAAAAAAAAAAAAAA", 404],
  ["/", 404],
  ["*", 404],
])("readDohRequest() refuses GET %s with %i", (target, status) => {
  expect(read({ target })).toEqual(refused(status));
});

it("readDohRequest() waits for the body of POST, if it is of the right kind and size", () => {
  const contentType = "application/dns-message";
  const body = { kind: "body" };
  expect(read({ method: "POST", contentType, contentLength: "4096" })).toEqual(body);
  expect(read({ method: "POST", contentType: "Application/DNS-Message; x=y" })).toEqual(body);
  expect(read({ method: "POST", contentType, contentLength: "4097" })).toEqual(refused(413));
  expect(read({ method: "POST", contentType: "application/json" })).toEqual(refused(415));
  expect(read({ method: "POST" })).toEqual(refused(415));
  expect(read({ method: "POST", contentType, target: "/x" })).toEqual(refused(404));
});

it.each(["HEAD", "PUT", "DELETE", "OPTIONS", "get", ""])(
  "readDohRequest() refuses the method %j",
  (method) => expect(read({ method, target: dohPath(QUERY) })).toEqual(refused(405)),
);

it("readDohBody() refuses what is shorter than a header", () => {
  expect(readDohBody(QUERY)).toEqual({ kind: "query", octets: QUERY });
  expect(readDohBody(new Uint8Array(11))).toEqual(refused(400));
});
