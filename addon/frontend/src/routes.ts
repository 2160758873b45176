import { html } from "lit";
import type { Route } from "./core/router";
import { words } from "./words";

/** Every page of the page; each view is fetched when it is first needed. */
export const routes: Route[] = [
  {
    path: "/",
    title: words.library.title,
    section: "library",
    load: () => import("./views/library"),
    render: () => html`<mtn-library></mtn-library>`,
  },
  {
    path: "/title/:id",
    title: words.library.title,
    section: "library",
    load: () => import("./views/media"),
    render: ({ id }) => html`<mtn-media .mediaId=${id ?? ""}></mtn-media>`,
  },
  {
    path: "/show/:id",
    title: words.library.title,
    section: "library",
    load: () => import("./views/show"),
    render: ({ id }) => html`<mtn-show .showId=${id ?? ""}></mtn-show>`,
  },
  {
    path: "/watch/:id",
    title: words.media.play,
    bare: true,
    load: () => import("./views/player"),
    render: ({ id }) => html`<mtn-player .mediaId=${id ?? ""}></mtn-player>`,
  },
  {
    path: "/downloads",
    title: words.downloads.title,
    section: "downloads",
    load: () => import("./views/downloads"),
    render: () => html`<mtn-downloads></mtn-downloads>`,
  },
  {
    path: "/downloads/history",
    title: words.downloads.history,
    section: "downloads",
    load: () => import("./views/history"),
    render: () => html`<mtn-history></mtn-history>`,
  },
  {
    path: "/downloads/:id",
    title: words.download.title,
    section: "downloads",
    load: () => import("./views/download"),
    render: ({ id }) => html`<mtn-download .downloadId=${id ?? ""}></mtn-download>`,
  },
  {
    path: "/unsorted",
    title: words.unsorted.title,
    section: "unsorted",
    load: () => import("./views/unsorted"),
    render: () => html`<mtn-unsorted></mtn-unsorted>`,
  },
  {
    path: "/trash",
    title: words.trash.title,
    section: "trash",
    load: () => import("./views/trash"),
    render: () => html`<mtn-trash></mtn-trash>`,
  },
  {
    path: "/storage",
    title: words.storage.title,
    section: "storage",
    load: () => import("./views/storage"),
    render: () => html`<mtn-storage></mtn-storage>`,
  },
  {
    path: "/settings",
    title: words.settings.title,
    section: "settings",
    load: () => import("./views/settings"),
    render: () => html`<mtn-settings></mtn-settings>`,
  },
  {
    path: "/people",
    title: words.people.title,
    section: "people",
    load: () => import("./views/people"),
    render: () => html`<mtn-people></mtn-people>`,
  },
  {
    path: "/stremio",
    title: words.stremio.title,
    section: "stremio",
    load: () => import("./views/stremio"),
    render: () => html`<mtn-stremio></mtn-stremio>`,
  },
  {
    path: "/about",
    title: words.about.title,
    section: "about",
    load: () => import("./views/about"),
    render: () => html`<mtn-about></mtn-about>`,
  },
  {
    path: "/more",
    title: words.nav.more,
    section: "more",
    load: () => import("./views/more"),
    render: () => html`<mtn-more></mtn-more>`,
  },
  {
    path: "/setup",
    title: words.setup.title,
    bare: true,
    load: () => import("./views/setup"),
    render: () => html`<mtn-setup></mtn-setup>`,
  },
];

export interface NavEntry {
  section: string;
  path: string;
  label: string;
  icon: string;
  /** Shown to those who may change things, or to administrators only. */
  role?: "member" | "admin";
}

export const entries: NavEntry[] = [
  { section: "library", path: "/", label: words.nav.library, icon: "library" },
  { section: "downloads", path: "/downloads", label: words.nav.downloads, icon: "downloads" },
  {
    section: "unsorted",
    path: "/unsorted",
    label: words.nav.unsorted,
    icon: "unsorted",
    role: "member",
  },
  { section: "trash", path: "/trash", label: words.nav.trash, icon: "trash", role: "member" },
  {
    section: "storage",
    path: "/storage",
    label: words.nav.storage,
    icon: "storage",
    role: "member",
  },
  {
    section: "settings",
    path: "/settings",
    label: words.nav.settings,
    icon: "settings",
    role: "admin",
  },
  { section: "people", path: "/people", label: words.nav.people, icon: "people" },
  { section: "stremio", path: "/stremio", label: words.nav.stremio, icon: "screen" },
  { section: "about", path: "/about", label: words.nav.about, icon: "about" },
];
