import { badRequest } from "../errors";
import { obj, str, type Behaviour } from "../model";

const bad = (message: string) => badRequest("InvalidParameter", message);

/** Windows of automatic upgrades: `default` takes hours of a week, the two managed schedules a window. */
export const maintenance: Behaviour = {
  admit(_world, next) {
    const { maintenanceWindow, timeInWeek } = next.properties;
    if (next.name === "default") {
      if (maintenanceWindow !== undefined)
        throw bad("Maintenance configuration 'default' takes timeInWeek, not maintenanceWindow.");
      if (timeInWeek === undefined) throw bad("Maintenance configuration 'default' needs timeInWeek.");
      return;
    }
    if (timeInWeek !== undefined)
      throw bad(`Maintenance configuration '${next.name}' takes maintenanceWindow, not timeInWeek.`);
    const schedules = Object.keys(obj(obj(maintenanceWindow)["schedule"]));
    if (schedules.length !== 1)
      throw bad(
        `Maintenance configuration '${next.name}' needs a maintenanceWindow with exactly one of daily, weekly, absoluteMonthly, relativeMonthly.`,
      );
    const start = str(obj(maintenanceWindow)["startTime"]) ?? "";
    const [hour, minute] = start.split(":").map(Number);
    if ((hour ?? 24) > 23 || (minute ?? 60) > 59)
      throw bad(`maintenanceWindow.startTime "${start}" is no time of day.`);
  },
  complete(_world, next) {
    const window = next.properties["maintenanceWindow"];
    if (window !== undefined) next.properties["maintenanceWindow"] = { utcOffset: "+00:00", ...obj(window) };
  },
};
