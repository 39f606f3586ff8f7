import { type PageInput, type WrittenPolicy, mapPage } from "../analysis/map/map-page.ts";
import { sortedGroups } from "../analysis/map/map-pairs.ts";
import type { Direction } from "../core/policy.ts";
import { keyOf } from "../core/cluster.ts";
import { positionText } from "../kube/files/source.ts";
import type { ManifestCluster } from "../kube/manifest-cluster.ts";
import { htmlPage } from "./html/html-page.ts";
import { pageAssets } from "./html/page-assets.ts";
import type { Loaded } from "./load-source.ts";
import type { MapAnswer } from "./map-answer.ts";
import { version } from "./version.ts";

function writtenPolicy({ policy, source }: ManifestCluster["policies"][number]): WrittenPolicy {
  const { spec } = policy;
  const rules = (direction: Direction): string[] => {
    const written = spec === "invalid" ? [] : (spec[direction] ?? []);
    return written.map((_, i) => positionText(source.locate(["spec", direction, i])));
  };
  return {
    name: keyOf(policy),
    place: positionText(source.locate([])),
    rules: { ingress: rules("ingress"), egress: rules("egress") },
  };
}

/** The map as one HTML file that needs nothing else. */
export async function mapHtml(
  answer: MapAnswer,
  { cluster, incomplete }: Loaded,
  initial: PageInput["initial"],
): Promise<string> {
  const { sources, destinations, pairs, reacher } = answer;
  const about = [`Selvedge ${version}`, ...incomplete];
  const policies = cluster.policies.map(writtenPolicy);
  const data = mapPage({
    about,
    initial,
    sources: sortedGroups(sources),
    destinations: sortedGroups(destinations),
    pairs,
    reacher,
    policies,
  });
  return htmlPage(data, await pageAssets());
}
