// Puts the loader of the page's parts into the page's script. cargo-leptos writes it as a module beside the script, which
// imports the script in turn: one more request before the page can start, and two files that must name each other.

/** The loader as cargo-leptos names it: the place of a hash that we do not let it fill in. */
export const LOADER = "__wasm_split.______________________.js";

/**
 * What a loader says of the parts.
 *
 * @param {string} loader
 * @returns {{ shared: string[], parts: { name: string, files: string[] }[] }} the exports of the page's WebAssembly that
 *   parts use, and the functions that load a part with their files, in the order in which they must be there
 */
function read(loader) {
  const shared = /const \{([^}]*)\} = initSync/.exec(loader)?.[1];
  if (shared === undefined) throw new Error(`${LOADER} is not as cargo-leptos 0.3 writes it`);
  const chunks = new Map();
  const parts = [];
  const made = /^(?:export )?const (\w+) = (?:wrapAsyncCb\()?makeLoad\(([^]*?), \[([^\]]*)\]\)/gm;
  for (const [, name, fetcher, needs] of loader.matchAll(made)) {
    const own = /new URL\("\.\/([^"]+)"/.exec(fetcher)?.[1];
    const files = [...needs.split(",").flatMap((need) => chunks.get(need.trim()) ?? []), ...(own ? [own] : [])];
    if (name.startsWith("__wasm_split_load_")) parts.push({ name, files });
    else chunks.set(name, files);
  }
  return { shared: shared.split(",").map((name) => name.trim()).filter(Boolean), parts };
}

/** A load that failed is forgotten, so that the next wish tries again; one that is under way is waited for. */
const write = ({ shared, parts }, name, initSync) => `
const ${name}={${parts.map((part) => `${part.name}:load_part(${JSON.stringify(part.files)})`).join(",")}};
function load_part(files){return async(callback,data)=>{let loaded=true;try{await files.reduce(load_file,void 0)}catch{loaded=false}
${initSync}().__indirect_function_table.get(callback)(data,loaded)}}
function load_file(before,file){const files=load_file.files??={};
return files[file]??=Promise.all([fetch(new URL(file,import.meta.url)),before])
.then(([answer])=>WebAssembly.instantiateStreaming(answer,shared_with_parts())).catch(error=>{delete files[file];throw error})}
function shared_with_parts(){const page=${initSync}();return{__wasm_split:{${shared.map((name) => `${name}:page.${name}`).join(",")}}}}
`;

/**
 * The script with its loader in it.
 *
 * @param {string} script as cargo-leptos minifies it for a release
 * @param {string} loader
 * @returns {{ script: string, files: string[] }} and the files of the parts
 */
export function merge(script, loader) {
  const found = read(loader);
  const files = [...new Set(found.parts.flatMap((part) => part.files))];
  const [statement, name] = new RegExp(`import\\s*\\*\\s*as (\\w+) from\\s*"\\./${LOADER}";?`).exec(script) ?? [];
  // Without any part, no script asks for the loader.
  if (!statement) return { script, files: [] };
  const [, initSync] = /export\s*\{[^}]*?(\w+)(?: as initSync)?\s*[,}]/.exec(script.replace(/(\w+) as default,?/, "")) ?? [];
  if (!initSync) throw new Error("the script exports no initSync");
  return { script: script.replace(statement, "") + write(found, name, initSync), files };
}
