/** `nft -i` reads a line, carries it out as one transaction, and reads the next. */
export const NFT_INTERACTIVE = {
  command: "nft",
  args: ["-i"],
  // Its history goes to ~/.nft.history, and is kept from growing there by a home that can hold none.
  env: { HOME: "/dev/null" },
} as const;
