import type { SetType } from "../../render/ruleset.ts";
import { canonicalEntry } from "../read-ipset.ts";

/** nft has the names of protocols from /etc/protocols, which a small image lacks. */
const protocolNames: Readonly<Record<string, string>> = { "6": "tcp", "17": "udp", "132": "sctp" };

const readers: Readonly<Record<SetType, (element: string) => string | undefined>> = {
  "hash:ip": one,
  "hash:net": one,
  "hash:ip,port": (element) => {
    const [, address, protocol = "", port] = /^(\S+) \. (\S+) \. (\d+)$/.exec(element) ?? [];
    return address && `${canonicalEntry(address)},${protocolNames[protocol] ?? protocol}:${port}`;
  },
  pairs: (element) => {
    const [, left, right = "", comment = ""] = /^(\S+) \. (\S+)( comment "[^"]*")?$/.exec(element) ?? [];
    return left && `${canonicalEntry(left)} . ${canonicalEntry(right)}${comment}`;
  },
  verdicts: (element) => {
    const [, address, verdict] = /^(\S+) : ((?:goto |jump )?\S+)$/.exec(element) ?? [];
    return address && `${canonicalEntry(address)} : ${verdict}`;
  },
  "port-verdicts": (element) => {
    const [, address, protocol = "", port, verdict] =
      /^(\S+) \. (\S+) \. (\d+) : ((?:goto |jump )?\S+)$/.exec(element) ?? [];
    return (
      address && `${canonicalEntry(address)} . ${protocolNames[protocol] ?? protocol} . ${port} : ${verdict}`
    );
  },
};

function one(element: string): string | undefined {
  return element.includes(" ") ? undefined : canonicalEntry(element);
}

/** What nft prints as an element, in the words of our sets' entries; nothing for one with options, such as a time-out. */
export const entryOf = (type: SetType, element: string): string | undefined => readers[type](element);
