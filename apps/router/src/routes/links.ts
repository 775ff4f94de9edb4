import { LinkClient, type LinkContext, type LinkTarget } from "./link-client.js";
import { LinkError } from "./link-error.js";

/** The links of this router: one to each coordinator that a room needed. */
export class Links {
  readonly #context: LinkContext;
  readonly #current = new Map<string, LinkClient>();
  readonly #all = new Set<LinkClient>();
  #closed = false;

  constructor(context: LinkContext) {
    this.#context = context;
  }

  /** Open, and being opened. */
  get all(): Iterable<LinkClient> {
    return this.#all;
  }

  /** The link to a node, opened where there is none. @throws LinkError */
  to(target: LinkTarget): LinkClient {
    const { node, url } = target;
    if (this.#closed) throw new LinkError("CLOSED", "this router is leaving");
    const known = this.#current.get(node);
    if (known && known.state !== "closed" && known.target.url === url) return known;
    const link = this.#open(target);
    this.#current.set(node, link);
    this.#all.add(link);
    return link;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#all].map((link) => link.close()));
  }

  #open(target: LinkTarget): LinkClient {
    try {
      const link: LinkClient = new LinkClient(target, this.#context, () => {
        this.#all.delete(link);
        if (this.#current.get(target.node) === link) this.#current.delete(target.node);
      });
      return link;
    } catch (error) {
      const message = `${target.node} announces ${target.url}, which is no URL`;
      throw new LinkError("UNREACHABLE", message, { cause: error });
    }
  }
}
