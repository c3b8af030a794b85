/** The API server answered, with a status other than 2xx. */
export class KubeError extends Error {
  override readonly name = "KubeError";

  constructor(
    message: string,
    readonly status: number,
    /** The `reason` of the Status object, such as "AlreadyExists". */
    readonly reason?: string,
    readonly body?: unknown,
  ) {
    super(message);
  }

  /** Builds the error from an answer's text: a proxy or a starting server does not answer in JSON. */
  static fromAnswer(method: string, path: string, status: number, text: string): KubeError {
    let body: unknown = text;
    try {
      body = JSON.parse(text);
    } catch {
      // Not JSON: the text itself is the message.
    }
    const said = isStatus(body) ? body : undefined;
    const words = said?.message ?? text.trim().slice(0, 500);
    return new KubeError(
      `${method} ${path}: ${status}${words === "" ? "" : `: ${words}`}`,
      status,
      said?.reason,
      body,
    );
  }
}

/** No answer came: connection refused, TLS failure, time limit. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";

  constructor(
    readonly server: string,
    reason: string,
    /** The system's code, such as "ECONNREFUSED", or "ETIMEDOUT" for our own time limit. */
    readonly code?: string,
    /** As the kubeconfig names it. */
    readonly cluster?: string,
  ) {
    const whose = cluster === undefined ? "" : `cluster ${cluster}: `;
    super(`${whose}the API server ${server} cannot be reached: ${reason}`);
  }
}

/** The server has no such kind: its CRD is missing or not served yet. */
export function isUnknownKind(error: unknown): error is KubeError {
  return error instanceof KubeError && error.reason === UNKNOWN_KIND;
}

/** Whether the server answered 404, for an object, its namespace or its kind. */
export function isNotFound(error: unknown): error is KubeError {
  return error instanceof KubeError && error.status === 404;
}

/** The `reason` of the error for a kind that discovery does not list. */
export const UNKNOWN_KIND = "UnknownKind";

function isStatus(body: unknown): body is { message?: string; reason?: string } {
  return typeof body === "object" && body !== null && (body as { kind?: unknown }).kind === "Status";
}
