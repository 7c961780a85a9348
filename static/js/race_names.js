// Races as entries/entry/upload/race_names.py reads them: by name, else by distance and sex when it can only be one.
// It reads what people type in Japanese and shows nothing. tests/browser/test_sheet_scripts.py holds the two together.
const Races = (() => {
  const SEXES = { 男: "M", 女: "F", 男女: "X", 混合: "X" };
  const SEX = "(男女|混合|男|女)子?";
  const PLAIN = new RegExp(`^(?:${SEX})?([0-9]{1,3}(?:,?[0-9]{3})*|[0-9]+)(m|メートル|km)?(?:${SEX})?$`);
  const NAMES_A_RACE = /[0-9](m|km|メートル)|[0-9]sc$|障害|競歩|ハードル|マラソン|リレー/;
  const HEADS = ["種目", "種目名", "参加種目", "申込種目", "race", "event"];

  const among = (facts, fold) => {
    const races = Object.entries(facts.races);

    const find = (key, athlete) => {
      const named = races.filter(([, race]) => fold(race.name) === key);
      const said = PLAIN.exec(key);
      if (named.length || !said) return named.length === 1 ? named[0][0] : undefined;
      const metres = Number(said[2].replace(",", "")) * (said[3] === "km" ? 1000 : 1);
      const sex = SEXES[said[1] || said[4]] || facts.athletes[athlete]?.sex;
      const all = races.filter(([, race]) => race.distance === metres);
      const exact = all.filter(([, race]) => !sex || race.sex === sex);
      const alike = exact.length ? exact : all.filter(([, race]) => race.sex === "X");
      return alike.length === 1 && PLAIN.test(fold(alike[0][1].name)) ? alike[0][0] : undefined;
    };

    const isSaidBy = (cell, key) => races.some(([, race]) => fold(race.name) === key) || NAMES_A_RACE.test(key)
      || (PLAIN.test(key) && (/[^0-9,]/.test(key) || (key.length > 2 && !Marks.read(cell).time)));

    return { find, isSaidBy };
  };
  return { HEADS, among };
})();
