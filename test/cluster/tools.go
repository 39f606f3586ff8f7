//go:build tools

// Package cluster names what is built beside the tools: upstream's end-to-end tests are a test binary, which `tool` cannot name.
package cluster

import _ "k8s.io/kubernetes/test/e2e"
