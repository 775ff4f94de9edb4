import { Check, Link } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { words } from "../words.js";

const SHOWN_MS = 2000;

/** Copies the address of this page. Not there where the browser keeps the clipboard to itself. */
export function CopyLink(): ReactNode {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);

  if (!("clipboard" in navigator)) return null;
  const copy = (): void => {
    navigator.clipboard.writeText(location.href).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  const text = copied ? words.document.copied : words.document.copyLink;
  return (
    <button
      type="button"
      className="button copy-link"
      onClick={copy}
      title={words.document.copyLink}
    >
      {copied ? <Check aria-hidden="true" /> : <Link aria-hidden="true" />}
      <span aria-live="polite">{text}</span>
    </button>
  );
}
