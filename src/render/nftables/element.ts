/** An entry of a set, or what is left of it to delete it by, in nft's words: `10.0.0.1 . tcp . 80`. */
export const elementOf = (entry: string): string => entry.replace(/^([^,]+),(\w+):(\d+)$/, "$1 . $2 . $3");
