// Holds custom resources against their published schemas: node crds.mjs NODE_MODULES_HOME < documents.json
// Prints one line a fault and ends with 1; kinds it has no schema for are passed over and named.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { join, resolve } from "node:path";

const modules = join(resolve(process.argv[2]), "node_modules");
const load = (name) => import(pathToFileURL(join(modules, name)));

const models = {
  "keda.sh/v1alpha1": await load("@kubernetes-models/keda/keda.sh/v1alpha1/index.js"),
  "monitoring.coreos.com/v1": await load("@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/index.js"),
};

let faults = 0;
for (const doc of JSON.parse(readFileSync(0, "utf8"))) {
  const Model = models[doc.apiVersion]?.[doc.kind];
  if (!Model) {
    console.log(`no schema here: ${doc.apiVersion} ${doc.kind}`);
    continue;
  }
  try {
    new Model(doc).validate();
    console.log(`holds: ${doc.kind} ${doc.metadata.name}`);
  } catch (error) {
    faults += 1;
    console.log(`FAULT: ${doc.kind} ${doc.metadata.name}: ${error.message}`);
  }
}
process.exit(faults ? 1 : 0);
