import { type FSWatcher, watch } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";

export interface DirectoryWatchOptions {
  readonly directory: string;
  /** Told of a file in the directory that came, went or changed; of none in particular where any may have. */
  readonly onChange: (file: string | undefined) => void;
  readonly signal: AbortSignal;
}

/** A directory as the kernel tells it from another one of the same path. */
const identity = async (path: string): Promise<string | undefined> => {
  try {
    const { dev, ino } = await stat(path);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
};

/**
 * Watches a directory that may not be there yet, may go, and may come back: where it is missing, the nearest directory above
 * it is watched until it comes. `check` sees what no event tells of, a mount over the path for one.
 */
export class DirectoryWatch {
  readonly #options: DirectoryWatchOptions;
  #watcher: FSWatcher | undefined;
  #watched: string | undefined;
  #checking: Promise<void> | undefined;

  constructor(options: DirectoryWatchOptions) {
    this.#options = options;
    options.signal.addEventListener("abort", () => this.#watcher?.close(), { once: true });
  }

  /** Sees to it that what is watched is what stands at the path now. */
  async check(): Promise<void> {
    while (this.#checking !== undefined) await this.#checking;
    this.#checking = this.#rearm().finally(() => {
      this.#checking = undefined;
    });
    await this.#checking;
  }

  async #rearm(): Promise<void> {
    const { directory, onChange, signal } = this.#options;
    for (;;) {
      const { path, id } = await nearest(directory);
      if (signal.aborted || this.#watched === `${path} ${id}`) return;
      this.#watcher?.close();
      this.#watched = undefined;
      try {
        this.#watcher = watch(path, (_, file) => this.#take(path, file));
      } catch {
        // Gone between two looks, or no more watches to be had: the next check tries again.
        return;
      }
      this.#watcher.on("error", () => {
        this.#watched = undefined;
      });
      this.#watched = `${path} ${id}`;
      // What happened before the watch stood told nobody: have all read, and look again at what stands there.
      onChange(undefined);
    }
  }

  #take(path: string, file: string | null): void {
    const { directory, onChange } = this.#options;
    if (path === directory && file !== null) onChange(file);
    // An event of the directory itself bears its own name; above it, any may be its coming.
    if (path !== directory || file === null || directory.endsWith(`/${file}`)) void this.check();
  }
}

async function nearest(
  directory: string,
): Promise<{ readonly path: string; readonly id: string | undefined }> {
  for (let path = directory; ; path = dirname(path)) {
    const id = await identity(path);
    if (id !== undefined || path === dirname(path)) return { path, id };
  }
}
