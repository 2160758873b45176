import { startLook } from "./core/look";
import { startSpatial } from "./core/spatial";
import "./ui/app";

startLook();
startSpatial();
