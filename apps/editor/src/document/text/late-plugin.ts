import { type EditorState, Plugin, PluginKey } from "@tiptap/pm/state";

/**
 * A ProseMirror plugin whose code loads when it is first needed. Until then a plugin without effect
 * holds its place: adding one to an editor later would make the binding to Yjs render the whole
 * document anew.
 */
export class LatePlugin {
  readonly #key: string;
  readonly #load: () => Promise<Plugin>;
  #loading: Promise<void> | null = null;
  #loaded: Plugin | null = null;

  /** @param key under which the plugin's own code looks for its state */
  constructor(key: string, load: () => Promise<Plugin>) {
    this.#key = key;
    this.#load = load;
  }

  /** Resolves when the plugin is at work. Rejects without a network, and may be tried again. */
  load(): Promise<void> {
    this.#loading ??= this.#load().then(
      (plugin) => {
        if (Reflect.get(plugin, "key") !== this.#key) throw new Error(`no plugin ${this.#key}`);
        this.#loaded = plugin;
      },
      (error: unknown) => {
        this.#loading = null;
        throw error;
      },
    );
    return this.#loading;
  }

  /** What an editor holds in its place; it begins to work with the first transaction after. */
  plugin(): Plugin {
    const key = Object.assign(new PluginKey(), { key: this.#key });
    const at = (state: EditorState): Plugin | null =>
      key.getState(state) === undefined ? null : this.#loaded;
    return new Plugin<unknown>({
      key,
      state: {
        init: () => undefined,
        apply: (transaction, value, before, state) => {
          const plugin = this.#loaded;
          const field = plugin?.spec.state;
          if (!plugin || !field) return undefined;
          const known = value === undefined ? field.init.call(plugin, {}, state) : value;
          return field.apply.call(plugin, transaction, known, before, state);
        },
      },
      appendTransaction: (transactions, before, state) => {
        const plugin = at(state);
        return plugin?.spec.appendTransaction?.call(plugin, transactions, before, state);
      },
      props: {
        decorations: (state) => {
          const plugin = at(state);
          return plugin?.props.decorations?.call(plugin, state);
        },
        createSelectionBetween: (view, anchor, head) => {
          const plugin = at(view.state);
          return plugin?.props.createSelectionBetween?.call(plugin, view, anchor, head) ?? null;
        },
        handleTripleClick: (view, position, event) => {
          const plugin = at(view.state);
          return plugin?.props.handleTripleClick?.call(plugin, view, position, event) ?? false;
        },
        handleKeyDown: (view, event) => {
          const plugin = at(view.state);
          return plugin?.props.handleKeyDown?.call(plugin, view, event) ?? false;
        },
        handlePaste: (view, event, slice) => {
          const plugin = at(view.state);
          return plugin?.props.handlePaste?.call(plugin, view, event, slice) ?? false;
        },
        handleDOMEvents: {
          mousedown: (view, event) => {
            const plugin = at(view.state);
            return plugin?.props.handleDOMEvents?.mousedown?.call(plugin, view, event) ?? false;
          },
        },
      },
    });
  }
}
