import type { NodeProgram } from "../../core/node-program.ts";
import { type Host, plainHost } from "../host.ts";
import type { Layout } from "../layout.ts";
import type { Ruleset } from "../ruleset.ts";
import { FamilyRenderer } from "./family-renderer.ts";

/**
 * Renders one node's program after another. Each answer equals `render`'s and depends on what is given alone; what did not
 * change since the last is the same value, and costs nothing.
 */
export class NodeRenderer {
  readonly #families: Readonly<Record<keyof Ruleset, FamilyRenderer>>;

  constructor(layout: Layout) {
    this.#families = { IPv4: new FamilyRenderer("IPv4", layout), IPv6: new FamilyRenderer("IPv6", layout) };
  }

  render(program: NodeProgram, host: Host = plainHost): Ruleset {
    return {
      IPv4: this.#families.IPv4.render(program, host),
      IPv6: this.#families.IPv6.render(program, host),
    };
  }
}
