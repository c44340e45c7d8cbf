// @fedify/webfinger and webfinger.js look a handle up: judges.mjs CASE, as judges.py. NODE_EXTRA_CA_CERTS names the authority.
import net from "node:net";
import { lookupWebFinger } from "@fedify/webfinger";
import webfinger from "webfinger.js";

const { handle, resolve } = JSON.parse(process.argv[2]);

// No DNS knows the names of tests: their servers may even listen on another port.
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...given) {
  const options = Array.isArray(given[0]) ? given[0][0] : given[0];
  if (resolve[options?.host]) [options.host, options.port] = resolve[options.host];
  return connect.apply(this, given);
};

const actor = (jrd) => jrd?.links?.find((link) => link.rel === "self")?.href ?? null;
const attempt = async (judge) => {
  const complaints = [];
  console.warn = (text) => complaints.push(String(text));
  try {
    return { actor: actor(await judge()), complaints };
  } catch (error) {
    return { actor: null, complaints: [...complaints, String(error?.message ?? error)] };
  }
};

console.debug = () => {};
const Client = webfinger.default ?? webfinger;
const verdicts = {
  "@fedify/webfinger": await attempt(() => lookupWebFinger(`acct:${handle}`, { allowPrivateAddress: true })),
  "webfinger.js": await attempt(async () => {
    const found = await new Client({ tls_only: true, allow_private_addresses: true }).lookup(handle);
    return found.object;
  }),
};
process.stdout.write(JSON.stringify(verdicts));
