import { ownArchitecture } from "../../../scripts/deploy/image/architecture.ts";
import { buildImage } from "../../../scripts/deploy/image/build-image.ts";
import { buildah } from "../../../scripts/deploy/image/buildah.ts";

export interface BuiltRootfs {
  readonly path: string;
  readonly entrypoint: readonly string[];
  remove(): Promise<void>;
}

/** The image, built, and its file system mounted: what a runtime makes of it before it starts a container. */
export async function builtRootfs(): Promise<BuiltRootfs> {
  const name = await buildImage(ownArchitecture());
  const words = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await buildah(args);
    if (code !== 0) throw new Error(`buildah ${args[0]}: ${stderr}`);
    return stdout.trim();
  };
  const container = await words("from", "--pull-never", name);
  const path = await words("mount", container);
  const { OCIv1 } = JSON.parse(await words("inspect", "--type", "image", name)) as {
    readonly OCIv1: { readonly config: { readonly Entrypoint: readonly string[] } };
  };
  const entrypoint = OCIv1.config.Entrypoint;
  return { path, entrypoint, remove: () => words("rm", container).then(() => undefined) };
}
