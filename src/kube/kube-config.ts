// The part of the client library that is needed. Asking for it by name lets the bundler leave out two thirds of the library, which
// a lazy import of the whole would load.
export { KubeConfig } from "@kubernetes/client-node";
