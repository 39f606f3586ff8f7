import { formatAddress } from "../../core/address.ts";
import type { Group, Member } from "../../core/program.ts";

const addressText = ({ addresses }: Member): string =>
  addresses === "unknown" ? "unknown" : addresses.map(formatAddress).join(" ");

const portText = ({ ports }: Member): string =>
  ports.map(({ name, protocol, port }) => `${protocol}/${name}=${port}`).join(" ");

/** Whether two say the same of one pod. */
export const sameMember = (a: Member, b: Member): boolean =>
  a === b || (a.pod === b.pod && addressText(a) === addressText(b) && portText(a) === portText(b));

/** The group with the members that were known before as the values that they were; the former group where nothing differs. */
export function withKnownMembers(before: Group | undefined, after: Group): Group {
  if (before === undefined) return after;
  const known = new Map(before.members.map((member) => [member.pod, member]));
  const members = after.members.map((member) => {
    const former = known.get(member.pod);
    return former !== undefined && sameMember(former, member) ? former : member;
  });
  const isSame =
    members.length === before.members.length && members.every((member, at) => member === before.members[at]);
  return isSame ? before : { ...after, members };
}
