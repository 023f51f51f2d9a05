const adjectives = `able agile alert amber ample apt aqua arctic ardent azure balmy basic beige bold brave breezy brief
bright brisk bronze calm candid careful cheery chief civil clean clear clever cool copper coral cosy crisp cubic curly
daring deep deft dense dry eager early easy even exact fair famous fancy fast fine firm fleet fluent fond frank free
fresh frosty full gentle giant glad golden good grand great green grey handy happy hardy hazel hearty honest humble
icy ideal idle indigo ivory jade jolly joyful keen kind large late lean level light lilac little lively local long
loud loyal lucid lucky lunar major maple mellow merry mild mint misty modest mossy neat new nimble noble northern
oaken odd olive open opal pale patient pink plain polar polite prime proud pure quick quiet rapid rare ready red
robust rosy round royal ruby rustic sandy serene sharp shiny silent silver simple sleek slim smart smooth snowy
social solar solid southern spare spry square stable steady still stout sturdy sunny super sweet swift tall teal
tender thrifty tidy trim true trusty upper urban useful vast velvet vivid warm western wide wild wise witty young`;

const animals = `adder albatross alpaca ant antelope ape avocet badger barbet bass bat bear beaver bee beetle bison
bittern boar bobcat bonobo buffalo bunting buzzard camel canary caribou carp cat cheetah chough cicada clam cobra cod
colt condor coot coral cougar cow coyote crab crane cricket crow cuckoo curlew deer dingo dipper dodo dog dolphin
donkey dormouse dove dragonfly duck dunlin eagle echidna eel egret eland elk emu ermine falcon ferret finch firefly
fish flamingo fox frog gannet gazelle gecko gibbon giraffe gnu goat goose gopher grebe grouse gull guppy hamster hare
hawk hedgehog heron herring hippo hornet horse hound hyena ibex ibis iguana impala jackal jackdaw jaguar jay kestrel
kite kiwi koala kudu lamb lark lemming lemur leopard lion lizard llama lobster loon lynx macaw magpie mallard manatee
mantis marlin marmot marten martin meerkat mink mole moose moth mouse mule newt ocelot octopus okapi orca oriole oryx
osprey otter owl ox oyster panda panther parrot pelican penguin perch pheasant pigeon pike plover pony poodle puffin
puma python quail quokka rabbit raccoon ram raven ray reindeer rhino robin rook salmon seal shark sheep shrew shrimp
skua sloth snail snipe sparrow spider squid squirrel starling stoat stork swallow swan swift tapir tern thrush tiger
toad toucan trout tuna turkey turtle viper vole vulture wagtail walrus wasp weasel whale wolf wombat wren yak zebra`;

const words = { adjectives: adjectives.split(/\s+/), animals: animals.split(/\s+/), numbers: 1000 };

/** How many names there are. */
export const nameCount = words.adjectives.length * words.animals.length * words.numbers;

/** A name for a rental such as `amber-otter-42`, by random numbers below the limits that `randomBelow` is given. */
export function rentalName(randomBelow: (limit: number) => number): string {
  const pick = (list: string[]) => list[randomBelow(list.length)];
  return `${pick(words.adjectives)}-${pick(words.animals)}-${randomBelow(words.numbers)}`;
}

/** Letters and digits that nobody confuses when reading them aloud. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** A password of 130 random bits that can be typed from paper, by random numbers below the limits given. */
export function rentalPassword(randomBelow: (limit: number) => number): string {
  return Array.from({ length: 26 }, () => alphabet[randomBelow(alphabet.length)]).join('');
}
