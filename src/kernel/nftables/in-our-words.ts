/**
 * A rule of ours as nft 1.0 prints it, and we write it: 1.1 has other words for one of them, and takes both. Without this each
 * start would find that rule altered, and write its chain anew.
 */
export const inOurWords = (printed: string): string =>
  printed.replace("tcp flags & (fin | syn | rst | ack) != syn ", "tcp flags != syn / fin,syn,rst,ack ");
