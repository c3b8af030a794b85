import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A small chart: a ConfigMap from a value, and on request a Deployment that is never ready without nodes. */
export function writeChart(folder: string, o: { note?: string; name?: string } = {}): string {
  mkdirSync(join(folder, "templates"), { recursive: true });
  const file = (name: string, lines: readonly string[]): void =>
    writeFileSync(join(folder, name), `${lines.join("\n")}\n`);
  file("Chart.yaml", ["apiVersion: v2", `name: ${o.name ?? "demo"}`, "version: 1.2.3", 'appVersion: "9"']);
  file("values.yaml", ["greeting: hello", "password: none", "replicas: 0"]);
  file("templates/config.yaml", [
    "apiVersion: v1",
    "kind: ConfigMap",
    "metadata:",
    "  name: {{ .Release.Name }}-config",
    "data:",
    "  greeting: {{ .Values.greeting | quote }}",
    "  password: {{ .Values.password | sha256sum | quote }}",
    `  note: ${o.note ?? "first"}`,
  ]);
  file("templates/deployment.yaml", [
    "{{- if .Values.replicas }}",
    "apiVersion: apps/v1",
    "kind: Deployment",
    "metadata:",
    "  name: {{ .Release.Name }}",
    "spec:",
    "  replicas: {{ .Values.replicas }}",
    "  selector: {matchLabels: {app: demo}}",
    "  template:",
    "    metadata: {labels: {app: demo}}",
    "    spec: {containers: [{name: demo, image: demo}]}",
    "{{- end }}",
  ]);
  return folder;
}
