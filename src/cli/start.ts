// Where the process begins. A sixth of what a question takes is compiling the program: V8 keeps what it compiled for the next one.
import { enableCompileCache } from "node:module";
import { userInfo } from "node:os";
import { join } from "node:path";

/**
 * A folder that only this user can write to, as what lies there is run: not /tmp, where Node would keep it, nor what HOME says, which
 * under sudo may be somebody else's.
 */
function compileCache(): string | undefined {
  try {
    return join(userInfo().homedir, ".cache", "selvedge", "compiled");
  } catch {
    // A user without an entry in /etc/passwd, as in a container, has no home.
    return undefined;
  }
}

const folder = compileCache();
// Where it cannot be written (a read-only root), nothing is kept, and nothing is said.
if (folder !== undefined) enableCompileCache(folder);

await import("./main.ts");
