/** An element of a map that leads to a chain: `10.244.1.5 : goto SV-C-…`. */
export interface LeadingElement {
  /** What it is looked up by: an address, or `10.244.1.5 . tcp . 443`. */
  readonly key: string;
  readonly address: string;
  readonly chain: string;
}

const TO = " : goto ";

/** Of one that leads nowhere the chain is empty. */
export function leadingElement(element: string): LeadingElement {
  const [key = "", chain = ""] = element.split(TO);
  return { key, address: key.split(" ", 1)[0] ?? "", chain };
}
