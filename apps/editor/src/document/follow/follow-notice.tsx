import type { ReactNode } from "react";
import { useWords } from "../../words/words.js";
import type { Follow } from "./use-follow.js";

/** Says who is followed, and lets go. */
export function FollowNotice({ followed, follow }: Follow): ReactNode {
  const words = useWords();
  if (followed === null) return null;
  return (
    <div className="strip" role="status">
      <p>
        <strong>{words.people.following(followed.name)}.</strong> {words.people.followHint}
      </p>
      <button type="button" className="button" onClick={() => follow(null)}>
        {words.people.unfollow}
      </button>
    </div>
  );
}
