/** An API server that the contract is held against, reached by plain HTTP and without credentials. */
export interface ContractServer {
  readonly url: string;
  /** A real etcd and kube-apiserver. */
  readonly isReal: boolean;
  /** Kills it and starts it anew on the same state, without the past that watches go on from. */
  readonly restart: () => Promise<void>;
  readonly close: () => Promise<void>;
}
