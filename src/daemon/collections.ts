import type { KubeClient } from "../kube/client.ts";
import { type Reflector, type ReflectorOptions, startReflector } from "../kube/reflector.ts";
import { type Listener, Store } from "../kube/store.ts";

export interface CollectionsOptions {
  readonly client: KubeClient;
  readonly signal: AbortSignal;
  /** Told once of each interruption of a collection, and once when it is over. */
  readonly onTrouble: (trouble: string) => void;
  readonly onRecovery: (path: string) => void;
}

export interface Collection<T> extends Pick<ReflectorOptions<T>, "query" | "onVersion"> {
  /** `/api/v1/pods` */
  readonly path: string;
  /** Strips an object to what is used; `undefined` keeps it out. */
  readonly read: (object: unknown) => T | undefined;
  readonly take?: Listener<T>;
}

/** Several collections of the API server, each kept in a store of its own for as long as the signal lasts. */
export class Collections {
  readonly #options: CollectionsOptions;
  readonly #reflectors: Reflector[] = [];

  constructor(options: CollectionsOptions) {
    this.#options = options;
  }

  keep<T>({ take, ...collection }: Collection<T>): Store<T> {
    const { onRecovery, ...options } = this.#options;
    const store = new Store<T>(take);
    this.#reflectors.push(
      startReflector({ ...options, ...collection, store, onRecovery: () => onRecovery(collection.path) }),
    );
    return store;
  }

  /** Fulfilled once each of those kept so far has been read whole. */
  get synced(): Promise<void> {
    return Promise.all(this.#reflectors.map(({ synced }) => synced)).then(() => undefined);
  }

  /** Fulfilled when the signal has ended all of them. */
  get done(): Promise<void> {
    return Promise.all(this.#reflectors.map(({ done }) => done)).then(() => undefined);
  }
}
