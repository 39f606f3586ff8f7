/**
 * The corpus of NetworkPolicies that `main.go` is asked about. Always the same one: its chance is seeded.
 */
type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Fields = Readonly<Record<string, Json>>;

const cases: { name: string; object: Json }[] = [];

const policy = (spec: Json, metadata: Fields = {}): Json => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: "web", namespace: "shop", ...metadata },
  spec,
});

const add = (name: string, object: Json): unknown => cases.push({ name, object });
const ingress = (...rules: Json[]): Fields => ({ podSelector: {}, ingress: rules });
const egress = (...rules: Json[]): Fields => ({ podSelector: {}, egress: rules });
const selectors = (selector: Json): [string, Json][] => [
  ["podSelector", { podSelector: selector }],
  ["ingress podSelector", ingress({ from: [{ podSelector: selector }] })],
  ["egress namespaceSelector", egress({ to: [{ namespaceSelector: selector }] })],
];

const long = (length: number, unit = "a"): string => unit.repeat(length);
const text = (value: Json): string => {
  const json = JSON.stringify(value);
  return json.length > 50 ? `${json.slice(0, 50)}... (${json.length})` : json;
};

const cidrs: string[] = [
  "10.0.0.0/8",
  "10.0.0.0/32",
  "0.0.0.0/0",
  "255.255.255.255/32",
  "10.1.0.0/16",
  "10.0.0.7/8",
  "10.128.0.0/9",
  "010.0.0.0/8",
  "10.0.0.0/08",
  "10.0.0.00/8",
  "10.0.0.010/8",
  "0.0.0.0/00",
  "192.168.000.000/24",
  "10.0.0.0/0008",
  "::/0",
  "2001:db8::/32",
  "2001:DB8::/32",
  "2001:db8:0:0:0:0:0:0/32",
  "2001:db8::1/64",
  "fe80::/10",
  "::1/128",
  "::ffff:10.0.0.0/104",
  "::ffff:10.0.0.1/128",
  "::ffff:0:0/96",
  "::ffff:10.0.0.1/104",
  "::ffff:0a00:0000/104",
  "::ffff:0:0/90",
  "::10.0.0.0/104",
  "64:ff9b::10.0.0.0/104",
  "0:0:0:0:0:ffff:10.0.0.0/104",
  "::FFFF:10.0.0.0/104",
  "00002001:db8::/32",
  "2001:0db8::/32",
  "2001:00db8::/32",
  "2001:db8::/032",
  "::ffff:010.0.0.0/104",
  "::00000/0",
  "",
  " ",
  "10.0.0.0",
  "10.0.0.0/",
  "/8",
  "10.0.0.0/33",
  "10.0.0.0/-1",
  "10.0.0.0/+8",
  "10.0.0.0/8 ",
  " 10.0.0.0/8",
  "10.0.0/8",
  "10.0.0.0.0/8",
  "256.0.0.0/8",
  "10.0.0.0/8/8",
  "10.0.0.0/a",
  "a/8",
  "::/129",
  ":::/0",
  "1::2::3/64",
  "1:2:3:4:5:6:7:8/128",
  "1:2:3:4:5:6:7::/112",
  "1:2:3:4:5:6:7:8::/128",
  "::1:2:3:4:5:6:7:8/128",
  "1:2:3:4:5:6:7/128",
  "fe80::1%eth0/64",
  "10.0.0.0/8%eth0",
  "0x0a.0.0.0/8",
  "10.0.0.0\0/8",
  "١٠.0.0.0/8",
  "1.2.3.4::/64",
  "::1.2.3/96",
  "12345::/16",
  "::g/64",
  "2001:db8::/64\n",
  ":1::/64",
  "1:/64",
  "::1:/64",
  "10.0.0.0/99999999999999999999",
  "1::1.2.3.4/128",
  "1:2:3:4:5:6:1.2.3.4/128",
  "1:2:3:4:5:6:7:1.2.3.4/128",
  "10..0.0/8",
  "10.0.0.0/8.0",
  "2001:db8:1::/48",
];
for (const cidr of cidrs) {
  add(`cidr ${text(cidr)}`, policy(ingress({ from: [{ ipBlock: { cidr } }] })));
  add(
    `egress cidr ${text(cidr)} with except`,
    policy(egress({ to: [{ ipBlock: { cidr, except: [cidr] } }] })),
  );
  for (const whole of ["10.0.0.0/8", "2001:db8::/32", "::ffff:10.0.0.0/104"]) {
    const block = { cidr: whole, except: ["10.1.2.0/24", cidr] };
    add(`except ${text(cidr)} in ${whole}`, policy(ingress({ from: [{ ipBlock: block }] })));
  }
}
for (const block of [
  {},
  { cidr: null },
  { except: ["10.0.0.0/8"] },
  { cidr: "10.0.0.0/8", except: null },
  null,
]) {
  add(`ipBlock ${text(block)}`, policy(ingress({ from: [{ ipBlock: block }] })));
}
add(
  "except null in list",
  policy(ingress({ from: [{ ipBlock: { cidr: "10.0.0.0/8", except: [null, ""] } }] })),
);

const portNumbers: Json[] = [0, 1, 80, 65535, 65536, -1, 2147483647, -2147483648];
const names = [
  "http",
  "a",
  "1",
  "80",
  "http-1",
  "-http",
  "http-",
  "ht--tp",
  "HTTP",
  "h_t",
  "",
  "a.b",
  " http",
  "ä",
  "1-2",
];
const portNames: Json[] = [...names, long(15), long(16), long(14, "é"), "--", "-", "http\n"];
for (const port of [...portNumbers, ...portNames]) {
  add(`port ${text(port)}`, policy(ingress({ ports: [{ port }] })));
  add(`port ${text(port)} to 100`, policy(egress({ ports: [{ protocol: "UDP", port, endPort: 100 }] })));
}
for (const endPort of [...portNumbers, null, 79, 80, 81]) {
  add(`80 to ${text(endPort)}`, policy(ingress({ ports: [{ port: 80, endPort }] })));
  add(`endPort ${text(endPort)} alone`, policy(ingress({ ports: [{ endPort }] })));
  add(`0 to ${text(endPort)}`, policy(ingress({ ports: [{ port: 0, endPort }] })));
}
for (const protocol of [
  "TCP",
  "UDP",
  "SCTP",
  "ICMP",
  "tcp",
  "",
  null,
  "TCP ",
  "ANY",
  '"',
  "<&>",
  "\t\u0001é\u200b😀\u007f",
]) {
  add(`protocol ${text(protocol)}`, policy(ingress({ ports: [{ protocol }, { protocol, port: 1 }] })));
}
for (const ports of [
  null,
  [],
  [null],
  [{}],
  [{ port: null }],
  [{ protocol: null, port: 80, endPort: null }],
]) {
  add(`ports ${text(ports)}`, policy(ingress({ ports })));
}

const types = ["Ingress", "Egress", "ingress", "", null, "Both", "<Egress>"];
add("policyTypes null", policy({ podSelector: {}, policyTypes: null }));
for (const a of types) {
  add(`policyTypes ${text([a])}`, policy({ podSelector: {}, policyTypes: [a] }));
  for (const b of types) add(`policyTypes ${text([a, b])}`, policy({ podSelector: {}, policyTypes: [a, b] }));
  const three = ["Ingress", a, "Egress"];
  add(`policyTypes ${text(three)}`, policy({ podSelector: {}, policyTypes: three, egress: [{}] }));
}

const keyParts = [
  "a",
  "A",
  "1",
  "a-b",
  "a_b",
  "a.b",
  "-a",
  "a-",
  "_a",
  "a_",
  ".a",
  "a.",
  "",
  "a b",
  "ä",
  "a\n",
  "<a>",
];
const keys = [
  ...keyParts,
  ...keyParts.map((part) => `example.com/${part}`),
  "Example.com/a",
  "/a",
  "a/",
  "/",
  "a/b/c",
  "-a/b",
  "a..b/c",
  "a-/b",
  "a_b/c",
  "kubernetes.io/metadata.name",
  ".a/b",
  "__proto__",
  "constructor",
  "example.com/__proto__",
  long(63),
  long(64),
  `${long(253)}/a`,
  `${long(254)}/a`,
  `${long(63)}.${long(63)}/a`,
  `a/${long(64)}`,
  long(32, "é"),
  `x/${long(32, "é")}`,
  "toString",
];
const values = [...keyParts, "a/b", long(63), long(64), long(32, "é"), "true", "1.0", "__proto__", "a\u0000"];
/** `{ "__proto__": ... }` as a literal would set the prototype. */
const one = (key: string, value: Json): Fields => Object.fromEntries([[key, value]]);
for (const key of keys) {
  add(`label key ${text(key)}`, policy({ podSelector: {} }, { labels: one(key, "v") }));
  add(`annotation key ${text(key)}`, policy({ podSelector: {} }, { annotations: one(key, "any thing") }));
  for (const [where, spec] of selectors({ matchLabels: one(key, "v") })) {
    add(`${where} matchLabels key ${text(key)}`, policy(spec));
  }
  const expression = { key, operator: "Exists" };
  add(`matchExpressions key ${text(key)}`, policy({ podSelector: { matchExpressions: [expression] } }));
}
for (const value of [...values, null]) {
  add(`label value ${text(value)}`, policy({ podSelector: {} }, { labels: { a: value } }));
  add(`annotation value ${text(value)}`, policy({ podSelector: {} }, { annotations: { a: value } }));
  for (const [where, spec] of selectors({ matchLabels: { a: value } })) {
    add(`${where} matchLabels value ${text(value)}`, policy(spec));
  }
  for (const operator of ["In", "NotIn", "Exists"]) {
    const selector = { matchExpressions: [{ key: "a", operator, values: ["ok", value] }] };
    for (const [where, spec] of selectors(selector))
      add(`${where} ${operator} value ${text(value)}`, policy(spec));
  }
}
for (const operator of ["In", "NotIn", "Exists", "DoesNotExist", "in", "Equals", "", null, "Gt", '"<>"']) {
  for (const list of [undefined, null, [], ["a"], ["a", "a"], [""], [null]]) {
    const expression = list === undefined ? { key: "k", operator } : { key: "k", operator, values: list };
    const spec = { podSelector: { matchExpressions: [expression, { key: "b", operator: "Exists" }] } };
    add(`${text(operator)} ${text(list ?? "none")}`, policy(spec));
  }
}
for (const selector of [
  null,
  {},
  { matchLabels: null },
  { matchExpressions: null },
  { matchExpressions: [null, {}] },
]) {
  for (const [where, spec] of selectors(selector)) add(`${where} ${text(selector)}`, policy(spec));
}

const peerParts: Fields[] = [
  { podSelector: {} },
  { namespaceSelector: { matchLabels: { team: "a" } } },
  { ipBlock: { cidr: "10.0.0.0/8" } },
];
for (let bits = 0; bits < 8; bits += 1) {
  const peer: Json = Object.assign({}, ...peerParts.filter((_, i) => (bits >> i) & 1));
  add(`peer ${bits}`, policy(ingress({ from: [peer] })));
  add(
    `egress peer ${bits} of two`,
    policy(egress({ to: [{ podSelector: {} }, peer], ports: [{ port: 0 }] })),
  );
}
for (const peers of [
  null,
  [],
  [null],
  [{}, {}],
  [{ podSelector: null, namespaceSelector: null, ipBlock: null }],
]) {
  add(`from ${text(peers)}`, policy(ingress({ from: peers })));
  add(`to ${text(peers)}`, policy(egress({ to: peers })));
}
for (const rules of [null, [], [null], [{}], [{}, null, {}]]) {
  add(`ingress ${text(rules)}`, policy({ podSelector: {}, ingress: rules }));
  add(`egress ${text(rules)}`, policy({ podSelector: {}, egress: rules }));
}
for (const spec of [null, {}, { podSelector: null }, { ingress: [] }])
  add(`spec ${text(spec)}`, policy(spec));
add("no spec", { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name: "a" } });
add("no metadata", { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", spec: {} });
add("metadata null", { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: null });

const dnsNames = [
  "a",
  "a.b",
  "a-b",
  "1",
  "A",
  "a_b",
  "-a",
  "a-",
  ".a",
  "a.",
  "a..b",
  "",
  "ä",
  "a b",
  "a/b",
  "a%b",
  ".",
  "..",
];
const objectNames = [
  ...dnsNames,
  "a-.b",
  "a.-b",
  long(63),
  long(64),
  long(253),
  long(254),
  long(127, "é"),
  "a\n",
  "__proto__",
];
for (const name of objectNames) {
  add(`name ${text(name)}`, policy({ podSelector: {} }, { name }));
  add(`namespace ${text(name)}`, policy({ podSelector: {} }, { namespace: name }));
  add(`generateName ${text(name)}`, policy({ podSelector: {} }, { name: "ok", generateName: name }));
  add(
    `generateName ${text(name)} dashed`,
    policy({ podSelector: {} }, { name: "ok", generateName: `${name}-` }),
  );
}
add("name null", policy({}, { name: null }));
add("namespace null", policy({}, { namespace: null }));
add("labels null", policy({}, { labels: null, annotations: null, ownerReferences: null, finalizers: null }));

const owner = { apiVersion: "apps/v1", kind: "Deployment", name: "web", uid: "1" };
const owners: Json[] = [
  owner,
  {
    ...owner,
    controller: true,
  },
  {
    ...owner,
    apiVersion: "",
  },
  {
    ...owner,
    apiVersion: "v1",
  },
  {},
  null,
  {
    ...owner,
    apiVersion: "a/b/c",
  },
  {
    ...owner,
    kind: "",
  },
  {
    ...owner,
    name: "",
  },
  {
    ...owner,
    uid: "",
  },
  {
    ...owner,
    apiVersion: "v1",
    kind: "Event",
  },
  {
    ...owner,
    apiVersion: "/",
  },
  {
    ...owner,
    apiVersion: "apps/",
  },
];
for (const each of owners) add(`owner ${text(each)}`, policy({}, { ownerReferences: [each] }));
const boss = { ...owner, controller: true, blockOwnerDeletion: false };
add("two controllers", policy({}, { ownerReferences: [boss, { ...boss, kind: "<b>" }] }));
add(
  "three controllers",
  policy({}, { ownerReferences: [boss, owner, { ...boss, name: "b" }, { ...boss, name: "c" }] }),
);
const finalizers = [
  ["orphan"],
  ["kubernetes"],
  ["foregroundDeletion"],
  ["a"],
  ["a.b/c"],
  ["", "a b"],
  ["a/b/c"],
  [null],
];
for (const list of [...finalizers, ["orphan", "foregroundDeletion"], ["foregroundDeletion", "orphan", "x"]]) {
  add(`finalizers ${text(list)}`, policy({}, { finalizers: list }));
}

const wrong: Json[] = ["text", 7, 1.5, true, [], {}, ["a"], { a: "b" }];
const places: [string, (value: Json) => Json][] = [
  ["object", (value) => value],
  [
    "metadata",
    (value) => ({ apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: value, spec: {} }),
  ],
  ["name", (value) => policy({}, { name: value })],
  ["labels", (value) => policy({}, { labels: value })],
  ["label", (value) => policy({}, { labels: { "example.com/a": value } })],
  ["annotation", (value) => policy({}, { annotations: { a: value } })],
  ["finalizers", (value) => policy({}, { finalizers: value })],
  ["ownerReferences", (value) => policy({}, { ownerReferences: value })],
  ["controller", (value) => policy({}, { ownerReferences: [{ ...owner, controller: value }] })],
  ["creationTimestamp", (value) => policy({}, { creationTimestamp: value })],
  ["spec", (value) => policy(value)],
  ["podSelector", (value) => policy({ podSelector: value })],
  ["matchLabels", (value) => policy({ podSelector: { matchLabels: value } })],
  ["matchLabels value", (value) => policy({ podSelector: { matchLabels: { a: value } } })],
  ["matchExpressions", (value) => policy({ podSelector: { matchExpressions: value } })],
  ["expression", (value) => policy({ podSelector: { matchExpressions: [value] } })],
  ["key", (value) => policy({ podSelector: { matchExpressions: [{ key: value, operator: "Exists" }] } })],
  ["operator", (value) => policy({ podSelector: { matchExpressions: [{ key: "a", operator: value }] } })],
  [
    "values",
    (value) => policy({ podSelector: { matchExpressions: [{ key: "a", operator: "In", values: value }] } }),
  ],
  [
    "values item",
    (value) => policy({ podSelector: { matchExpressions: [{ key: "a", operator: "In", values: [value] }] } }),
  ],
  ["policyTypes", (value) => policy({ policyTypes: value })],
  ["policyTypes item", (value) => policy({ policyTypes: [value] })],
  ["ingress", (value) => policy({ ingress: value })],
  ["rule", (value) => policy(ingress(value))],
  ["from", (value) => policy(ingress({ from: value }))],
  ["peer", (value) => policy(egress({ to: [value] }))],
  ["peer podSelector", (value) => policy(egress({ to: [{ podSelector: value }] }))],
  ["ipBlock", (value) => policy(ingress({ from: [{ ipBlock: value }] }))],
  ["cidr", (value) => policy(ingress({ from: [{ ipBlock: { cidr: value } }] }))],
  ["except", (value) => policy(ingress({ from: [{ ipBlock: { cidr: "10.0.0.0/8", except: value } }] }))],
  [
    "except item",
    (value) => policy(ingress({ from: [{ ipBlock: { cidr: "10.0.0.0/8", except: [value] } }] })),
  ],
  ["ports", (value) => policy(egress({ ports: value }))],
  ["ports item", (value) => policy(egress({ ports: [value] }))],
  ["port", (value) => policy(ingress({ ports: [{ port: value }] }))],
  ["endPort", (value) => policy(ingress({ ports: [{ port: 1, endPort: value }] }))],
  ["protocol", (value) => policy(ingress({ ports: [{ protocol: value }] }))],
];
for (const [place, at] of places) for (const value of wrong) add(`${place} is ${text(value)}`, at(value));
for (const port of [2147483648, -2147483649, 80.5, 1e21])
  add(`port ${port}`, policy(ingress({ ports: [{ port }] })));

add("unknown fields", {
  ...(policy({
    podSelecter: {},
    ingress: [{ form: [], ports: [{ prot: 1 }] }],
    egress: [{ from: [] }],
  }) as Fields),
  status: {},
});
add(
  "unknown fields deeper",
  policy(ingress({ from: [{ ipBlock: { cidr: "::/0", excepts: [] }, pod: {} }] }, { to: [] })),
);
add(
  "unknown field in selector",
  policy({ podSelector: { matchLabel: {}, matchExpressions: [{ oper: 1 }] } }, { label: {} }),
);
add(
  "fields in another case",
  policy({ PodSelector: {}, podselector: {}, Ingress: [{ From: [] }] }, { Labels: {} }),
);

/** Mulberry32. */
let state = 20_26;
function chance(): number {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const pick = <T>(from: readonly T[]): T => from[Math.floor(chance() * from.length)] as T;
const many = <T>(make: () => T, most: number): T[] =>
  Array.from({ length: Math.floor(chance() * (most + 1)) }, make);
/** Mostly good, so that what is bad stands among what is not. */
const mostly = <T>(good: readonly T[], bad: readonly T[]): T => pick(chance() < 0.85 ? good : bad);

const anyLabels = (): Json =>
  Object.fromEntries(many(() => [mostly(["app", "x.io/tier"], keys), mostly(["a", ""], values)], 2));
const anyExpression = (): Json => {
  const operator = mostly(["In", "NotIn", "Exists", "DoesNotExist"], ["is", ""]);
  const good = operator === "In" || operator === "NotIn" ? ["a", "b"] : [];
  return {
    key: mostly(["app", "x.io/tier"], keys),
    operator,
    values: chance() < 0.85 ? good : many(() => pick(values), 2),
  };
};
const anySelector = (): Json => ({ matchLabels: anyLabels(), matchExpressions: many(anyExpression, 2) });
const anyBlock = (): Json => ({
  cidr: mostly(["10.0.0.0/8", "2001:db8::/32", "0.0.0.0/0"], cidrs),
  except: many(() => mostly(["10.1.0.0/16", "2001:db8:1::/48"], cidrs), 2),
});
const anyPeer = (): Json => {
  const parts: Fields = { podSelector: anySelector(), namespaceSelector: anySelector(), ipBlock: anyBlock() };
  const wanted = mostly(
    [["podSelector"], ["namespaceSelector"], ["podSelector", "namespaceSelector"], ["ipBlock"]],
    [[], ["ipBlock", "podSelector"]],
  );
  return Object.fromEntries(wanted.map((name) => [name, parts[name] ?? null]));
};
const anyPort = (): Json => {
  const port = { protocol: mostly<Json>(["TCP", "UDP", "SCTP"], ["tcp", ""]) };
  const shape = chance();
  if (shape < 0.2) return port;
  if (shape < 0.4) return { ...port, port: mostly<Json>(["http", "dns-tcp"], portNames) };
  if (shape < 0.7) return { ...port, port: mostly<Json>([80, 443], portNumbers) };
  return {
    ...port,
    port: mostly<Json>([80, 443], [...portNumbers, "http"]),
    endPort: mostly<Json>([443, 9000], portNumbers),
  };
};
for (let i = 0; i < 400; i += 1) {
  const spec: Fields = {
    podSelector: anySelector(),
    ingress: many(() => ({ from: many(anyPeer, 2), ports: many(anyPort, 2) }), 2),
    egress: many(() => ({ to: many(anyPeer, 2), ports: many(anyPort, 2) }), 2),
    ...(chance() < 0.5 && { policyTypes: many(() => mostly<Json>(["Ingress", "Egress"], types), 3) }),
  };
  const metadata = { name: mostly(["web", "a.b"], dnsNames), labels: anyLabels(), annotations: anyLabels() };
  add(`random ${i}`, policy(spec, metadata));
}

/** In the order in which they are recorded. */
export const corpus: readonly { readonly name: string; readonly object: Json }[] = cases;
