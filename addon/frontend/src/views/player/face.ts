/** What the parts of the player know of the whole, and may ask of it. */
import type { MediaDetail, MediaItem, PlaySession } from "../../api/types";
import type { Problem } from "../../api/client";
import type { PlayWish } from "../../api/engine";
import type { Medium } from "./medium";
import type { Notes } from "./notes";

export type Panel = "" | "sound" | "subtitles" | "quality" | "help";

export interface Player {
  readonly medium: Medium;
  readonly notes: Notes;
  readonly mediaId: string;
  readonly session: PlaySession | undefined;
  readonly problem: Problem | undefined;
  readonly media: MediaDetail | undefined;
  /** The episode after this one. */
  readonly following: MediaItem | undefined;
  readonly panel: Panel;
  /** The id of the subtitle that is shown; empty: none. */
  readonly subtitle: string;
  readonly idle: boolean;
  readonly full: boolean;
  readonly asking: boolean;
  readonly startAt: number;
  /** What was asked for beyond what the engine would choose. */
  readonly wish: PlayWish;

  /** Bring the buttons back. */
  wake(): void;
  start(at: number): void;
  again(): Promise<void>;
  next(): void;
  leave(): void;
  toggle(): void;
  toggleFull(): void;
  openPanel(panel: Exclude<Panel, "">): void;
  closePanel(): void;
  chooseSubtitle(id: string): void;
  cycleSubtitle(): void;
  /** Ask for the film anew, and go on where it is. */
  change(wish: PlayWish): Promise<void>;
}
