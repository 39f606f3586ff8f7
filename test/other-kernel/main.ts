// `make other-kernel`: this checkout's tests on another kernel than the machine's, in qemu.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { writeInitramfs } from "./initramfs.ts";
import { EXIT, jobScript } from "./job.ts";
import { fetchKernel, type Kernel } from "./kernel-package.ts";

const USAGE = "node test/other-kernel/main.ts [--kernel 6.1] [--kvm] [PATH...] [-- VITEST-ARG...]";

/** qemu translates each instruction: a test's own patience is multiplied where it does not say itself how long it takes. */
const PATIENCE = ["--testTimeout=900000", "--hookTimeout=900000"];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kernel: { type: "string", default: "6.1" },
    // Not by itself: a machine may have the device and not what it takes.
    kvm: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

/** Starts the machine, hands on what it says, and gives the code with which the tests ended; 1 where it never said one. */
async function boot(kernel: Kernel, initramfs: string): Promise<number> {
  const child = spawn(
    "qemu-system-x86_64",
    [
      values.kvm ? "-accel kvm -cpu host" : "-accel tcg,thread=multi -cpu max",
      "-smp 2 -m 8G -nographic -no-reboot -net none",
      "-virtfs local,path=/,mount_tag=machine,security_model=none,readonly=on,multidevs=remap",
    ]
      .flatMap((words) => words.split(" "))
      .concat("-kernel", kernel.image, "-initrd", initramfs, "-append", "console=ttyS0 quiet panic=-1"),
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  let code: number | undefined;
  // Before the job speaks it is the firmware, which would clear the screen; behind it, the kernel on its way out.
  let begun = false;
  for await (const line of createInterface({ input: child.stdout })) {
    begun ||= line.startsWith("other-kernel: ");
    if (line.startsWith(EXIT)) code = Number(line.slice(EXIT.length));
    else if (begun && code === undefined) console.log(line);
  }
  return code ?? 1;
}

if (values.help) {
  console.log(USAGE);
} else {
  const kernel = await fetchKernel(values.kernel);
  const folder = await mkdtemp(join(tmpdir(), "selvedge-other-kernel-"));
  try {
    const paths = positionals.length > 0 ? positionals : ["test/kernel"];
    const job = jobScript(kernel, process.cwd(), [...PATIENCE, ...paths]);
    process.exitCode = await boot(kernel, await writeInitramfs(kernel, job, folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
