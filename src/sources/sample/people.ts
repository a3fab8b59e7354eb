import type { Topic } from './topic.ts';
import { aurora } from './topics/aurora.ts';
import { birds } from './topics/birds.ts';
import { birdsJa } from './topics/birds_ja.ts';
import { chess } from './topics/chess.ts';
import { cities } from './topics/cities.ts';
import { citiesFr } from './topics/cities_fr.ts';
import { climbing } from './topics/climbing.ts';
import { climbingDe } from './topics/climbing_de.ts';
import { cooking } from './topics/cooking.ts';
import { cookingFr } from './topics/cooking_fr.ts';
import { cookingJa } from './topics/cooking_ja.ts';
import { databases } from './topics/databases.ts';
import { football } from './topics/football.ts';
import { footballEs } from './topics/football_es.ts';
import { gardening } from './topics/gardening.ts';
import { gardeningDe } from './topics/gardening_de.ts';
import { jazz } from './topics/jazz.ts';
import { photography } from './topics/photography.ts';
import { science } from './topics/science.ts';
import { space } from './topics/space.ts';
import { spaceEs } from './topics/space_es.ts';

export interface Person {
  username: string;
  name: string;
  bio: string;
  location: string;
  topics: Topic[];
  /** The number of original posts, without replies and reposts. */
  posts: number;
}

// biome-ignore format: one person per line reads as a table.
/** The people of the sample, all of them invented. Their order is part of the posts' ids. */
export const people: Person[] = [
  person('aurora_lab', 'Aurora Lab', 'Polar research station. Space weather, northern lights and the science behind them. Data every ten minutes.', 'Kvitnes, 69° N', 1120, aurora, space, science),
  person('mira_orbits', 'Mira Holt', 'Planetary scientist. Icy moons, slow spacecraft, fast emails. Space is mostly waiting.', 'Leiden', 150, space, science),
  person('deep_sky_dan', 'Dan Okafor', 'Amateur astronomer and night photographer. Deep space from a supermarket car park.', 'Sheffield', 130, space, photography),
  person('tidal_lock', 'Priscilla Vane', 'Mission operations engineer. I talk to a space probe for a living; it answers in forty minutes.', 'Darmstadt', 90, space),
  person('lena_pipettes', 'Lena Marsh', 'Cell biologist. Open science, honest error bars, good coffee.', 'Uppsala', 120, science),
  person('protein_folder', 'Ravi Anand', 'Structural biology. I fold proteins and, badly, laundry. Science teacher on Wednesdays.', 'Pune', 100, science),
  person('field_station_9', 'Field Station Nine', 'Long-term ecology on a windy island. Science, soil, sea birds and a kettle.', 'Outer Skerries', 90, science, birds),
  person('polar_hannes', 'Hannes Lindqvist', 'Aurora photographer. Cold hands, warm camera.', 'Abisko', 110, aurora, photography),
  person('northlight_ida', 'Ida Nergaard', 'Runs the aurora bus. Space weather forecasts in plain words.', 'Tromsdal', 80, aurora),
  person('query_planner', 'Yusuf Demir', 'Database engineer. Reads query plans aloud. SQL, indexes, patience.', 'Izmir', 140, databases),
  person('btree_betty', 'Betty Langford', 'PostgreSQL consultant. Your index is fine, your statistics are stale.', 'Bristol', 130, databases),
  person('write_ahead_wes', 'Wes Tanaka', 'Storage engines and backups that were actually restored. Databases since 1999.', 'Vancouver', 100, databases),
  person('blue_note_bea', 'Bea Fontaine', 'Jazz pianist, two residencies and a cat. Teaches improvisation.', 'New Orleans', 140, jazz),
  person('ride_cymbal_ray', 'Ray Coleman-Diaz', 'Jazz drummer. Brushes, trading fours, and the two and four of it.', 'Chicago', 110, jazz),
  person('walking_bass_nico', 'Nico Ferrante', 'Upright bass by night, big pots by day. Jazz and onions.', 'Bologna', 100, jazz, cooking),
  person('coach_tomas_ridge', 'Tomas Ridge', 'Climbing coach. Twenty years of teaching footwork. Trust your feet.', 'Innsbruck', 140, climbing),
  person('crimp_coach_ana', 'Ana Beltran', 'Climbing coach for youth squads and nervous adults. Former route setter.', 'Siurana', 120, climbing),
  person('slab_sisters', 'Slab Sisters', 'Two climbers, one rope. Trip reports, gear notes, cake.', 'Peak District', 90, climbing),
  person('belay_and_breathe', 'Mo Svensson', 'Coach for climbing and breathing. Fear is information. Workshops on falling.', 'Gothenburg', 80, climbing),
  person('sourdough_sol', 'Sol Abrams', 'Baker. Bread at six, cooking for friends at eight.', 'Montreal', 140, cooking),
  person('one_pot_priya', 'Priya Nambiar', 'Home cooking from a very small kitchen and a slightly larger garden.', 'Kochi', 130, cooking, gardening),
  person('knife_skills_kofi', 'Kofi Mensah', 'Chef and cooking teacher. Sharp knives, soft onions.', 'Accra', 100, cooking),
  person('allotment_ada', 'Ada Whitlock', 'Gardening on plot 14. Beans, dahlias, slugs. No dig.', 'Leeds', 130, gardening),
  person('compost_colin', 'Colin Tregear', 'Soil first. Compost, worms, and the gardening year in the far west.', 'Penzance', 90, gardening),
  person('seed_library_june', 'June Adeyemi', 'Keeper of a seed library. Gardening for birds and bees.', 'Norwich', 100, gardening, birds),
  person('touchline_tess', 'Tess Gallagher', 'Football coach, under-fifteens. Let them try it again.', 'Cork', 130, football),
  person('half_space_harry', 'Harry Lindholm', 'Football tactics with too many arrows. Writes about pressing.', 'Malmo', 120, football),
  person('away_end_ollie', 'Ollie Barnes', 'Ninety-two grounds, one voice left. Football in the rain.', 'Hull', 100, football),
  person('grain_and_light', 'Noor Haddad', 'Film photography. Black and white, printed by hand.', 'Amman', 130, photography),
  person('tripod_theo', 'Theo Wieland', 'Landscape photography at rude hours. Prints on request.', 'Bergen', 90, photography),
  person('street_lens_amara', 'Amara Nwosu', 'Street photography and the city it happens in. Ask first, shoot second.', 'Lagos', 100, photography, cities),
  person('bus_lane_bruno', 'Bruno Castellani', 'Transport planner. Buses, benches, better cities.', 'Turin', 130, cities),
  person('fifteen_minute_fay', 'Fay Richter', 'Urbanism for people in a hurry to slow down. Cities within walking distance.', 'Basel', 110, cities),
  person('kerb_cut_kiran', 'Kiran Dsouza', 'Accessibility in cities, one kerb at a time. Wheelchair user, map maker.', 'Mumbai', 80, cities),
  person('dawn_chorus_dee', 'Dee Applegate', 'Birds before breakfast. Sound recordist and warden of a reed bed.', 'Suffolk', 140, birds),
  person('wader_watch_will', 'Will Strand', 'Counts birds on an estuary. Waders, weather, flask of tea.', 'Morecambe', 110, birds),
  person('hide_and_feather', 'Rosa Lindgren', 'Bird photography from wet hides. No playback, no bait.', 'Falsterbo', 90, birds, photography),
  person('endgame_esther', 'Esther Kaplan', 'Chess, mostly the last ten moves. Endgames are kind to the patient.', 'Haifa', 130, chess),
  person('fianchetto_finn', 'Finn Aldous', 'Club chess player. Openings I do not understand, games I do not regret.', 'Dublin', 110, chess),
  person('blitz_baba', 'Babajide Cole', 'Chess coach in schools. Slow games first, blitz as dessert.', 'Ibadan', 90, chess),
  person('kletterkatrin', 'Katrin Vogt', 'Klettertrainerin und Routenbauerin. Leise Füße, laute Freude.', 'Rosenheim', 100, climbingDe),
  person('griffkraft_jonas', 'Jonas Pichler', 'Bouldern, Bohnen, Balkon. Klettern im Grad 7, gärtnern im Grad 2.', 'Graz', 90, climbingDe, gardeningDe),
  person('beet_und_bohne', 'Hanne Petersen', 'Schrebergarten am Kanal. Gemüse, Geduld und viel zu viele Zucchini.', 'Kiel', 100, gardeningDe),
  person('tercer_tiempo_luz', 'Luz Aranda', 'Entrenadora de fútbol base. Primero jugar, luego ganar.', 'Rosario', 100, footballEs),
  person('pausa_y_pase', 'Gael Ibarra', 'Fútbol de día, astronomía de noche. Dos formas de mirar lejos.', 'Zaragoza', 90, footballEs, spaceEs),
  person('cielo_austral', 'Catalina Rojas', 'Astrónoma y divulgadora. El espacio explicado desde el desierto.', 'La Serena', 100, spaceEs),
  person('marmite_margot', 'Margot Lefort', 'Cuisine de famille, une seule marmite. Recettes sans balance.', 'Lyon', 100, cookingFr),
  person('pave_et_platanes', 'Idris Benali', 'Urbaniste. Des villes où l’on marche, des rues où l’on reste.', 'Nantes', 90, citiesFr),
  person('cuisine_du_coin_yanis', 'Yanis Moreau', 'Cuisinier de quartier. Le marché le matin, la ville le soir.', 'Marseille', 80, cookingFr, citiesFr),
  person('torimi_haru', '鳥見はる', '野鳥観察が趣味です。朝の公園と双眼鏡があれば十分。', '横浜', 100, birdsJa),
  person('mizube_sora', '水辺そら', '水辺の鳥と季節の料理。静かに暮らしています。', '松江', 80, birdsJa, cookingJa),
  person('daidokoro_mio', '台所みお', '毎日の料理の記録。だしと待つ時間を大切に。', '京都', 90, cookingJa),
  person('flaky_feed', 'Flaky Feed', 'A test account. Its connection breaks after two pages; retrying goes on from there.', 'Somewhere with bad cables', 90, databases),
  person('busy_signal', 'Busy Signal', 'A test account. Asks the first visitor to wait five seconds.', 'Switchboard', 60, jazz),
  person('locked_diary', 'Locked Diary', 'A test account. Its posts are for approved followers only.', 'Behind a door', 0),
  person('quiet_quokka', 'Quiet Quokka', 'Here to read about space, birds and bread. Never posts.', 'Rottnest', 0),
  person('just_reading_rhea', 'Rhea Solberg', 'Reader of jazz liner notes. Listening.', 'Oslo', 0),
  person('quiet_pat', 'Pat Nguyen', 'Mostly reading. Might post about climbing one day.', 'Hue', 0),
];

function person(
  username: string,
  name: string,
  bio: string,
  location: string,
  posts: number,
  ...topics: Topic[]
): Person {
  return { username, name, bio, location, topics, posts };
}
