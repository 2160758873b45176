/** Files of a download as a tree of folders. */
import type { DownloadFile, FilePriority } from "../api/types";

export interface Folder {
  name: string;
  path: string;
  folders: Folder[];
  files: DownloadFile[];
}

/** Build the tree. A single folder that holds everything stays, so that its name is seen. */
export function tree(files: readonly DownloadFile[]): Folder {
  const root: Folder = { name: "", path: "", folders: [], files: [] };
  const known = new Map<string, Folder>([["", root]]);
  for (const file of files) {
    const parts = file.path.split("/");
    parts.pop();
    let parent = root;
    let path = "";
    for (const part of parts) {
      path = path ? `${path}/${part}` : part;
      let folder = known.get(path);
      if (!folder) {
        folder = { name: part, path, folders: [], files: [] };
        known.set(path, folder);
        parent.folders.push(folder);
      }
      parent = folder;
    }
    parent.files.push(file);
  }
  return root;
}

export function filesIn(folder: Folder): DownloadFile[] {
  return [...folder.files, ...folder.folders.flatMap(filesIn)];
}

export function fileName(path: string): string {
  return path.split("/").pop() ?? path;
}

/** The priority that all files share, or "" when they differ. */
export function commonPriority(files: readonly DownloadFile[]): FilePriority | "" {
  const first = files[0]?.priority;
  return first && files.every((file) => file.priority === first) ? first : "";
}
