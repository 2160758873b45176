/** Why a film does not go on, in words and with what would help. */
import { Problem, whyNot } from "../../api/client";
import type { PlaySession } from "../../api/types";
import { words } from "../../words";
import type { Fault } from "./stream";

const cannot = (text: string, hint: string) => new Problem(0, "cannot_play", text, hint);

/** What the video element says. */
export function ofElement(error: MediaError, session: PlaySession): Problem {
  const w = words.player;
  if (error.code === MediaError.MEDIA_ERR_NETWORK) return cannot(w.cannotNetwork, w.networkHint);
  if (error.code === MediaError.MEDIA_ERR_DECODE) return cannot(w.cannotDecode, w.checkHint);
  return cannot(session.warnings[0] ?? w.cannotFormat, session.hint || w.otherScreen);
}

/** What became of a playlist; the engine may know why a part of it, at `url`, cannot be had. */
export async function ofPlaylist(fault: Fault, url: string): Promise<Problem> {
  const w = words.player;
  const said = url ? await whyNot(url) : undefined;
  if (said) return cannot(said.message, said.hint);
  if (fault === "network") return cannot(w.cannotNetwork, w.networkHint);
  if (fault === "decode") return cannot(w.cannotDecode, w.checkHint);
  return cannot(w.cannotFormat, w.otherScreen);
}
