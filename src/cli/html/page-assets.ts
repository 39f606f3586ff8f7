/** What a page is made of besides its data: a script and a style sheet, each one text. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

/** The build puts the assets here (scripts/build.ts). */
declare const SELVEDGE_PAGE: PageAssets | undefined;

/** The map page's script and style: as they were built, or in a checkout built now. */
export async function pageAssets(): Promise<PageAssets> {
  if (typeof SELVEDGE_PAGE !== "undefined") return SELVEDGE_PAGE;
  // Not a literal, so that the bundler leaves it alone: there are no sources where the bundle is.
  const builder = new URL("../../../scripts/page-assets.ts", import.meta.url).href;
  const { buildPageAssets } = (await import(builder)) as { buildPageAssets: () => Promise<PageAssets> };
  return buildPageAssets();
}
