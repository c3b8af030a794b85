import { CurlUsageError } from "./options";

/** What curl knows when it is done. */
export interface Transfer {
  readonly exitcode: number;
  /** 0 where no answer came. */
  readonly http_code: number;
  readonly num_retries: number;
  readonly errormsg: string;
  /** Of the answer, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Text for a file, or for standard output where none is named. */
export interface Written {
  readonly file?: string;
  readonly append: boolean;
  readonly text: string;
}

const TOKEN = /%output\{(>>)?([^}]*)\}|%header\{([^}]*)\}|%\{([^}]*)\}|\\([nt])/g;

/** What `--write-out` writes; variables that are not known here are refused by name. */
export function writeOut(template: string, transfer: Transfer): readonly Written[] {
  const parts: Written[] = [];
  let to: Omit<Written, "text"> = { append: true };
  let text = "";
  let from = 0;
  const flush = (): void => {
    if (text !== "") parts.push({ ...to, text });
    text = "";
  };
  for (const match of template.matchAll(TOKEN)) {
    const [whole, append, file, header, variable, escape] = match;
    text += template.slice(from, match.index);
    from = match.index + whole.length;
    if (file !== undefined) {
      flush();
      to = { file, append: append !== undefined };
    } else if (header !== undefined) text += transfer.headers[header.toLowerCase()] ?? "";
    else if (variable !== undefined) text += valueOf(variable, transfer);
    else text += escape === "n" ? "\n" : "\t";
  }
  text += template.slice(from);
  flush();
  return parts;
}

function valueOf(variable: string, transfer: Transfer): string {
  switch (variable) {
    case "http_code":
      return String(transfer.http_code).padStart(3, "0");
    case "exitcode":
    case "num_retries":
    case "errormsg":
      return String(transfer[variable]);
    default:
      throw new CurlUsageError(`unknown --write-out variable: '${variable}'`);
  }
}
