# Selvedge. `make help` lists the targets; each is safe to repeat and says what it installs.

# The checkout's own Node comes before the machine's, which may be older.
export PATH := $(CURDIR)/node_modules/node/bin:$(PATH)
# Extra arguments for `make lab`, `make cluster`, `make bench-datapath`, as in `make lab ARGS="--manifests my/ --keep"`.
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup build lint test envtest-assets manifests helm image lab lab-down cluster cluster-latency cluster-down e2e e2e-parts e2e-all other-kernel correctness mutation bench bench-setup bench-datapath bench-apart bench-latency bench-enforced bench-peers

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what is missing: npm packages, and as root Debian's packages
	@sh scripts/setup.sh

build: setup ## bundle the shipped program into dist/
	@node scripts/build.ts

lint: setup ## types, lint with import layers, format, dead code
	@npm run --silent typecheck
	@npm run --silent lint

test: lint build ## the whole gate: lint, then every test (kernel tests need root)
	@npm run --silent test

envtest-assets: ## a real etcd and kube-apiserver for test/contract: about 7 minutes, once a machine (needs Go)
	@sh scripts/envtest-assets.sh

manifests: setup ## write the generated files of deploy/: selvedge.yaml, the chart's CRDs and dashboard (needs Go for Helm)
	@node scripts/deploy/manifests.ts

helm: setup ## build Helm at its pinned version, for `make manifests` and the chart's tests (needs Go)
	@node scripts/deploy/install-helm.ts

image: setup ## the image as an OCI archive below build/, ARGS=arm64 for another architecture (needs root)
	@node scripts/deploy/image.ts $(ARGS)

lab: build ## a two-node cluster in network namespaces: enforce, measure, compare (needs root)
	@node src/lab/main.ts up $(ARGS)

lab-down: setup ## remove every lab, whatever state it is in
	@node src/lab/main.ts down

cluster: setup ## a real two-node Kubernetes with flannel, without Selvedge; the first time builds it: 20 minutes (root, Go)
	@node test/cluster/main.ts up $(ARGS)

cluster-latency: setup ## times the cluster that runs, with and without Selvedge, for docs/performance.md
	@node test/cluster/main.ts latency
	@npx oxfmt docs/performance.md >/dev/null

cluster-down: setup ## take the cluster down, whatever state it is in
	@node test/cluster/main.ts down

e2e-parts: setup ## what `make e2e` is made of: 20 minutes, once a machine (root, Go)
	@node test/cluster/main.ts build

e2e: setup ## a real cluster, Selvedge as a user installs it, upstream's NetworkPolicy suite, test/e2e; then nothing of it
	@node test/cluster/main.ts run $(ARGS)

e2e-all: setup ## the same on clusters of every shape, with the table of docs/testing.md
	@node test/cluster/main.ts run-all
	@npx oxfmt docs/testing.md >/dev/null

# Nobody but this target wants an emulator: 60 MB.
other-kernel: setup ## test/kernel on a kernel of Debian's, in qemu: hours (root, Debian; ARGS="--kernel 6.12 PATH...")
	@for program in qemu-system-x86_64 busybox depmod cpio xz; do command -v $$program >/dev/null || missing=1; done; \
	  test -z "$$missing" || { echo "setup: Debian packages qemu-system-x86, busybox-static, kmod, cpio, xz-utils"; \
	  apt-get install -y --no-install-recommends -qq qemu-system-x86 busybox-static kmod cpio xz-utils >/dev/null; }
	@node test/other-kernel/main.ts $(ARGS)

correctness: setup ## run every oracle and write docs/correctness.md (needs root)
	@node scripts/correctness.ts
	@npx oxfmt docs/correctness.md >/dev/null

mutation: setup ## test the tests: mutate core and render, write docs/mutation.md (over an hour)
	@npx stryker run
	@node scripts/mutation-report.ts
	@npx oxfmt docs/mutation.md >/dev/null

bench: build bench-setup ## time what users wait for, the compiler at big clusters' sizes, and packets
	@node bench/cli.ts
	@node bench/diff.ts
	@node bench/map.ts
	@node bench/compile.ts
	@node bench/pass.ts
	@node bench/memory.ts
	@node bench/apply.ts
	@node bench/control-plane.ts
	@$(MAKE) --no-print-directory bench-datapath
	@$(MAKE) --no-print-directory bench-apart
	@$(MAKE) --no-print-directory bench-latency
	@$(MAKE) --no-print-directory bench-enforced

# A compiler is needed for the packet generator alone; `make test` skips by name what it lacks.
bench-setup: setup
	@command -v cc >/dev/null || { echo "setup: Debian packages gcc and libc6-dev (the packet generator)"; \
	  apt-get install -y --no-install-recommends -qq gcc libc6-dev >/dev/null; }

bench-datapath: bench-setup ## packets' times beside kube-router's, docs/performance.md (root; ARGS=--quick, --full, --help)
	@node bench/datapath/main.ts $(ARGS)
	@npx oxfmt docs/performance.md >/dev/null

bench-apart: bench-setup ## what each part of our rules costs a packet, docs/performance.md (root; ARGS=--help)
	@node bench/datapath/apart/main.ts $(ARGS)
	@npx oxfmt docs/performance.md >/dev/null

bench-latency: build ## from a policy's creation to the first packet dropped, docs/performance.md (root; ARGS as above)
	@node bench/latency/main.ts $(ARGS)
	@npx oxfmt docs/performance.md >/dev/null

bench-enforced: build ## from a policy's creation to Enforced, and a takeover in a storm, docs/performance.md (root)
	@node bench/enforced.ts $(ARGS)
	@npx oxfmt docs/performance.md >/dev/null

bench-peers: setup ## install kube-router's current release for the bench, or VERSION=v2.x.y (needs Go)
	@node bench/datapath/peers/install.ts $(VERSION)
