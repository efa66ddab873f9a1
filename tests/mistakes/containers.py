"""Wrong answers to chapter 4: each must fail with its own finding and with no other."""

import copy
from collections import OrderedDict
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.answers import mistake, slip


@mistake("MyModel", finding="model.list_called")
class MyModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 30), nn.Tanh()])

    def forward(self, x):
        return self.layers(x)


@mistake("MyModel", finding="registration.container")
class MyModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = [nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 30), nn.Tanh()]

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


@mistake("MyModel", finding="model.wrapped_in_forward")
class MyModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = [nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 30), nn.Tanh()]

    def forward(self, x):
        return nn.Sequential(*self.layers)(x)


@mistake("MyModel", finding="calls.count")
class MyModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 30), nn.Tanh()])

    def forward(self, x):
        x = self.layers[0](x)
        return self.layers[2](x)


@mistake("MyModel", finding="calls.count")
class MyModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 30), nn.Tanh()])

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x


@mistake("MyModel", finding="calls.count")
class MyModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 30), nn.Tanh()])

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = layer(x)
        return x


@mistake("MyModel", finding="model.layers")
class MyModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 30)])

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


@mistake("MyModel", finding="model.order")
class MyModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 30), nn.Tanh()])

    def forward(self, x):
        x = self.layers[2](self.layers[0](x))
        return self.layers[3](self.layers[1](x))


@mistake("MyModel", finding="model.out_of_range")
class MyModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(10, 20), nn.Tanh(), nn.Linear(20, 30), nn.ReLU()])

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


@mistake("MyModel", finding="values.differ")
class MyModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(10, 20), nn.Tanh(), nn.Linear(20, 30), nn.Tanh()])

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


@mistake("MyModel", finding="shapes.do_not_fit")
class MyModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 30), nn.Tanh()])

    def forward(self, x):
        for layer in self.layers:
            out = layer(x)
        return out


@mistake("MyModel", finding="output.none")
class MyModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 30), nn.Tanh()])

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)


@mistake("MyModel", finding="names.differ")
class MyModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 30), nn.Tanh()])

    def forward(self, x):
        for layer in self.blocks:
            x = layer(x)
        return x


@mistake("MyModel", finding="layers.made_in_forward")
class MyModel(nn.Module):
    def forward(self, x):
        for layer in nn.ModuleList([nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 30), nn.Tanh()]):
            x = layer(x)
        return x


@mistake("MyModel", finding="init.super_missing")
class MyModel(nn.Module):
    def __init__(self):
        self.layers = nn.ModuleList([nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 30), nn.Tanh()])

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


@mistake("MyModel", finding="gradients.missing")
class MyModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 30), nn.Tanh()])

    def forward(self, x):
        for layer in self.layers:
            x = layer(x).detach()
        return x


@mistake("MyModel", finding="storage.shared")
class MyModel(nn.Module):
    layers = nn.ModuleList([nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 30), nn.Tanh()])

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


slip("lost", finding="lost.depth", old="in module.named_modules()", new='in [("", module)]')


@mistake("lost", finding="lost.registered")
def lost(module):
    def look(path, value):
        if isinstance(value, (Tensor, nn.Module)):
            return [path]
        if isinstance(value, dict):
            return [p for key in value for p in look(f"{path}.{key}", value[key])]
        if isinstance(value, (list, tuple)):
            return [p for index, item in enumerate(value) for p in look(f"{path}.{index}", item)]
        return []

    found = [name for name, _ in module.named_children()]
    for path, owner in module.named_modules():
        for name, value in vars(owner).items():
            if not name.startswith("_"):
                found += look(f"{path}.{name}".strip("."), value)
    return found


@mistake("lost", finding="lost.nested")
def lost(module):
    registered = {id(v) for v in [*module.modules(), *module.parameters(), *module.buffers()]}
    found = []
    for path, owner in module.named_modules():
        for name, value in vars(owner).items():
            if name.startswith("_"):
                continue
            qualified = f"{path}.{name}" if path else name
            items = [("", value)]
            if isinstance(value, (list, tuple)):
                items = [(f".{index}", item) for index, item in enumerate(value)]
            elif isinstance(value, dict):
                items = [(f".{key}", item) for key, item in value.items()]
            for suffix, item in items:
                if isinstance(item, (Tensor, nn.Module)) and id(item) not in registered:
                    found.append(qualified + suffix)
    return found


@mistake("lost", finding="lost.nested")
def lost(module):
    registered = {id(v) for v in [*module.modules(), *module.parameters(), *module.buffers()]}

    def look(path, value):
        if isinstance(value, (Tensor, nn.Module)):
            return [path] if id(value) not in registered else []
        if isinstance(value, (list, tuple)):
            return [p for index, item in enumerate(value) for p in look(f"{path}.{index}", item)]
        if isinstance(value, dict):
            kinds = (Tensor, nn.Module)
            return [
                f"{path}.{k}" for k, v in value.items() if isinstance(v, kinds) and id(v) not in registered
            ]
        return []

    found = []
    for path, owner in module.named_modules():
        for name, value in vars(owner).items():
            if not name.startswith("_"):
                found += look(f"{path}.{name}" if path else name, value)
    return found


slip(
    "lost",
    finding="lost.none",
    old="if isinstance(value, (Tensor, nn.Module))",
    new="if value is None or isinstance(value, (Tensor, nn.Module))",
)

slip(
    "lost",
    finding="lost.plain",
    old="if isinstance(value, (Tensor, nn.Module))",
    new="if not isinstance(value, (list, tuple, dict, bool, int, float, str, type(None)))",
)

slip(
    "lost",
    finding="lost.tensor",
    old="isinstance(value, (Tensor, nn.Module))",
    new="isinstance(value, (nn.Parameter, nn.Module))",
)

slip(
    "lost",
    finding="lost.tensor",
    old="isinstance(value, (Tensor, nn.Module))",
    new="isinstance(value, nn.Module) or (isinstance(value, Tensor) and value.is_floating_point())",
)


@mistake("lost", finding="lost.in_list")
def lost(module):
    registered = {id(v) for v in [*module.modules(), *module.parameters(), *module.buffers()]}
    return [
        f"{path}.{name}" if path else name
        for path, owner in module.named_modules()
        for name, value in vars(owner).items()
        if isinstance(value, (Tensor, nn.Module)) and id(value) not in registered
    ]


slip("lost", finding="lost.in_tuple", old="(list, tuple)", new="list")

slip("lost", finding="lost.in_dictionary", old="        if isinstance(value, dict):\n", new="")

slip(
    "lost",
    finding="lost.modules",
    old="isinstance(value, (Tensor, nn.Module))",
    new="isinstance(value, Tensor)",
)

slip(
    "lost",
    finding="lost.parameter",
    old="        if isinstance(value, (Tensor, nn.Module))",
    new=(
        "        if isinstance(value, nn.Parameter):\n"
        "            return []\n"
        "        if isinstance(value, (Tensor, nn.Module))"
    ),
)


@mistake("lost", finding="lost.copies")
def lost(module):
    modules = {id(m) for m in module.modules()}
    registered = [*module.parameters(), *module.buffers()]

    def known(value):
        if isinstance(value, nn.Module):
            return id(value) in modules
        return any(value.shape == t.shape and torch.equal(value, t) for t in registered)

    def look(path, value):
        if isinstance(value, (Tensor, nn.Module)):
            return [] if known(value) else [path]
        if isinstance(value, (list, tuple)):
            return [p for index, item in enumerate(value) for p in look(f"{path}.{index}", item)]
        if isinstance(value, dict):
            return [p for key, item in value.items() for p in look(f"{path}.{key}", item)]
        return []

    found = []
    for path, owner in module.named_modules():
        for name, value in vars(owner).items():
            if not name.startswith("_"):
                found += look(f"{path}.{name}" if path else name, value)
    return found


slip("lost", finding="lost.path", old='f"{path}.{key}"', new='f"{path}[{key!r}]"')

slip(
    "lost",
    finding="lost.path",
    old='f"{path}.{attribute}" if path else attribute',
    new='f"{path}.{attribute}"',
)


@mistake("lost", finding="lost.path")
def lost(module):
    registered = {id(v) for v in [*module.modules(), *module.parameters(), *module.buffers()]}

    def hides(value):
        if isinstance(value, (Tensor, nn.Module)):
            return id(value) not in registered
        if isinstance(value, dict):
            return any(hides(item) for item in value.values())
        return isinstance(value, (list, tuple)) and any(hides(item) for item in value)

    return [
        f"{path}.{name}" if path else name
        for path, owner in module.named_modules()
        for name, value in vars(owner).items()
        if not name.startswith("_") and hides(value)
    ]


@mistake("lost", finding="lost.not_texts")
def lost(module):
    registered = {id(v) for v in [*module.modules(), *module.parameters(), *module.buffers()]}

    def look(path, value):
        if isinstance(value, (Tensor, nn.Module)):
            if id(value) not in registered:
                yield path
        elif isinstance(value, (list, tuple)):
            for index, item in enumerate(value):
                yield from look(f"{path}.{index}", item)
        elif isinstance(value, dict):
            for key, item in value.items():
                yield from look(f"{path}.{key}", item)

    for path, owner in module.named_modules():
        for name, value in vars(owner).items():
            if not name.startswith("_"):
                yield from look(f"{path}.{name}" if path else name, value)


@mistake("lost", finding="lost.entered")
def lost(module):
    registered = {id(v) for v in [*module.modules(), *module.parameters(), *module.buffers()]}

    def look(path, value):
        if isinstance(value, Tensor):
            return [path] if id(value) not in registered else []
        if isinstance(value, nn.Module):
            if id(value) in registered:
                return []
            inside = [f"{path}.{name}" for name, _ in value.named_parameters()]
            return [path, *inside]
        if isinstance(value, (list, tuple)):
            return [p for index, item in enumerate(value) for p in look(f"{path}.{index}", item)]
        if isinstance(value, dict):
            return [p for key, item in value.items() for p in look(f"{path}.{key}", item)]
        return []

    found = []
    for path, owner in module.named_modules():
        for name, value in vars(owner).items():
            if not name.startswith("_"):
                found += look(f"{path}.{name}" if path else name, value)
    return found


@mistake("lost", finding="lost.endless")
def lost(module):
    registered = {id(v) for v in [*module.modules(), *module.parameters(), *module.buffers()]}
    found = set()

    def look(path, value):
        if isinstance(value, nn.Module):
            if id(value) not in registered:
                found.add(path)
                return
            for name, inner in {**vars(value), **value._modules}.items():
                if not name.startswith("_"):
                    look(f"{path}.{name}" if path else name, inner)
        elif isinstance(value, Tensor):
            if id(value) not in registered:
                found.add(path)
        elif isinstance(value, (list, tuple)):
            for index, item in enumerate(value):
                look(f"{path}.{index}", item)
        elif isinstance(value, dict):
            for key, item in value.items():
                look(f"{path}.{key}", item)

    look("", module)
    return sorted(found)


slip("lost", finding="lost.buffer", old=", *module.buffers())", new=")")


@mistake("lost", finding="lost.buffer")
def lost(module):
    saved = module.state_dict()

    def look(path, value, inside=False):
        if isinstance(value, (Tensor, nn.Module)):
            return [path]
        if isinstance(value, (list, tuple)):
            return [p for index, item in enumerate(value) for p in look(f"{path}.{index}", item)]
        if isinstance(value, dict):
            return [p for key, item in value.items() for p in look(f"{path}.{key}", item)]
        return []

    found = []
    pointers = {tensor.data_ptr() for tensor in saved.values()} | {id(m) for m in module.modules()}
    for path, owner in module.named_modules():
        for name, value in {**vars(owner), **owner._buffers}.items():
            if name.startswith("_") or value is None:
                continue
            for place in look(f"{path}.{name}" if path else name, value):
                thing = value
                for step in place[len(f"{path}.{name}" if path else name) :].split(".")[1:]:
                    thing = thing[step if isinstance(thing, dict) else int(step)]
                known = id(thing) if isinstance(thing, nn.Module) else thing.data_ptr()
                if known not in pointers or known == 0:
                    found.append(place)
    return found


@mistake("lost", finding="lost.mentioned")
def lost(module):
    def look(path, value):
        if isinstance(value, (Tensor, nn.Module)):
            return [path]
        if isinstance(value, (list, tuple)):
            return [p for index, item in enumerate(value) for p in look(f"{path}.{index}", item)]
        if isinstance(value, dict):
            return [p for key, item in value.items() for p in look(f"{path}.{key}", item)]
        return []

    buffers = {id(buffer) for buffer in module.buffers()}
    found = []
    for path, owner in module.named_modules():
        for name, value in vars(owner).items():
            mentions_buffers = isinstance(value, list) and any(id(item) in buffers for item in value)
            if not name.startswith("_") and not mentions_buffers:
                found += look(f"{path}.{name}" if path else name, value)
    return found


@mistake("lost", finding="lost.elsewhere")
def lost(module):
    def look(path, value, registered):
        if isinstance(value, (Tensor, nn.Module)):
            return [path] if id(value) not in registered else []
        if isinstance(value, (list, tuple)):
            return [p for index, item in enumerate(value) for p in look(f"{path}.{index}", item, registered)]
        if isinstance(value, dict):
            return [p for key, item in value.items() for p in look(f"{path}.{key}", item, registered)]
        return []

    found = []
    for path, owner in module.named_modules():
        registered = {id(v) for v in [*owner.modules(), *owner.parameters(), *owner.buffers()]}
        for name, value in vars(owner).items():
            if not name.startswith("_"):
                found += look(f"{path}.{name}" if path else name, value, registered)
    return found


slip("lost", finding="lost.owner", old="(*module.modules(),", new="(*list(module.modules())[1:],")


@mistake("lost", finding="lost.twice")
def lost(module):
    registered = {id(v) for v in [*module.modules(), *module.parameters(), *module.buffers()]}
    found = []

    def look(path, value):
        if isinstance(value, (Tensor, nn.Module)):
            if id(value) not in registered:
                found.append(path)
        elif isinstance(value, (list, tuple)):
            for index, item in enumerate(value):
                look(f"{path}.{index}", item)
        elif isinstance(value, dict):
            for key, item in value.items():
                look(f"{path}.{key}", item)

    def search(path, owner):
        for inner_path, inner in owner.named_modules(prefix=path):
            for name, value in vars(inner).items():
                if not name.startswith("_"):
                    look(f"{inner_path}.{name}" if inner_path else name, value)
        for name, child in owner.named_children():
            search(f"{path}.{name}" if path else name, child)

    search("", module)
    return found


@mistake("lost", finding="lost.changed")
def lost(module):
    registered = {id(v) for v in [*module.modules(), *module.parameters(), *module.buffers()]}

    def look(path, value):
        if isinstance(value, (Tensor, nn.Module)):
            return [path] if id(value) not in registered else []
        if isinstance(value, (list, tuple)):
            return [p for index, item in enumerate(value) for p in look(f"{path}.{index}", item)]
        if isinstance(value, dict):
            return [p for key, item in value.items() for p in look(f"{path}.{key}", item)]
        return []

    found = []
    for path, owner in module.named_modules():
        attributes = vars(owner)
        attributes.pop("training", None)
        for name, value in attributes.items():
            if not name.startswith("_"):
                found += look(f"{path}.{name}" if path else name, value)
    return found


@mistake("build_mlp", finding="mlp.activation_last")
def build_mlp(sizes, activation=nn.ReLU):
    if len(sizes) < 2:
        raise ValueError("two sizes at least")
    layers = []
    for i in range(len(sizes) - 1):
        layers.append(nn.Linear(sizes[i], sizes[i + 1]))
        layers.append(activation())
    return nn.Sequential(*layers)


@mistake("build_mlp", finding="mlp.sizes")
def build_mlp(sizes, activation=nn.ReLU):
    if len(sizes) < 2:
        raise ValueError("two sizes at least")
    layers = []
    for i in range(len(sizes) - 1):
        layers += [nn.Linear(sizes[i], sizes[i]), activation()]
    return nn.Sequential(*layers[:-1])


@mistake("build_mlp", finding="mlp.sizes")
def build_mlp(sizes, activation=nn.ReLU):
    if len(sizes) < 2:
        raise ValueError("two sizes at least")
    layers = []
    for before, after in pairwise(sizes):
        layers += [nn.Linear(after, before), activation()]
    return nn.Sequential(*layers[:-1])


@mistake("build_mlp", finding="mlp.parts")
def build_mlp(sizes, activation=nn.ReLU):
    if len(sizes) < 2:
        raise ValueError("two sizes at least")
    layers = []
    for i in range(1, len(sizes) - 1):
        layers += [nn.Linear(sizes[i - 1], sizes[i]), activation()]
    return nn.Sequential(*layers[:-1])


@mistake("build_mlp", finding="mlp.parts")
def build_mlp(sizes, activation=nn.ReLU):
    if len(sizes) < 2:
        raise ValueError("two sizes at least")
    return nn.Sequential(*(nn.Linear(a, b) for a, b in pairwise(sizes)))


@mistake("build_mlp", finding="mlp.shared_activation")
def build_mlp(sizes, activation=nn.ReLU):
    if len(sizes) < 2:
        raise ValueError("two sizes at least")
    between = activation()
    layers = []
    for i in range(len(sizes) - 1):
        layers += [nn.Linear(sizes[i], sizes[i + 1]), between]
    return nn.Sequential(*layers[:-1])


@mistake("build_mlp", finding="mlp.grows")
def build_mlp(sizes, activation=nn.ReLU, layers=[]):  # noqa: B006
    if len(sizes) < 2:
        raise ValueError("two sizes at least")
    if layers:
        layers.append(activation())
    for i in range(len(sizes) - 1):
        layers += [nn.Linear(sizes[i], sizes[i + 1]), activation()]
    layers.pop()
    return nn.Sequential(*layers)


@mistake("build_mlp", finding="mlp.sizes_changed")
def build_mlp(sizes, activation=nn.ReLU):
    if len(sizes) < 2:
        raise ValueError("two sizes at least")
    width = sizes.pop(0)
    layers = []
    while sizes:
        layers += [nn.Linear(width, sizes[0]), activation()]
        width = sizes.pop(0)
    return nn.Sequential(*layers[:-1])


@mistake("build_mlp", finding="misuse.accepted")
def build_mlp(sizes, activation=nn.ReLU):
    layers = []
    for i in range(len(sizes) - 1):
        layers += [nn.Linear(sizes[i], sizes[i + 1]), activation()]
    return nn.Sequential(*layers[:-1])


@mistake("build_mlp", finding="misuse.other_error")
def build_mlp(sizes, activation=nn.ReLU):
    layers = [nn.Linear(sizes[0], sizes[1])]
    for i in range(1, len(sizes) - 1):
        layers += [activation(), nn.Linear(sizes[i], sizes[i + 1])]
    return nn.Sequential(*layers)


@mistake("build_mlp", finding="mlp.activation_ignored")
def build_mlp(sizes, activation=nn.ReLU):
    if len(sizes) < 2:
        raise ValueError("two sizes at least")
    layers = []
    for i in range(len(sizes) - 1):
        layers += [nn.Linear(sizes[i], sizes[i + 1]), nn.ReLU()]
    if activation is nn.PReLU:
        layers[1::2] = [nn.PReLU() for _ in layers[1::2]]
    return nn.Sequential(*layers[:-1])


@mistake("build_mlp", finding="mlp.activation_not_called")
def build_mlp(sizes, activation=nn.ReLU):
    if len(sizes) < 2:
        raise ValueError("two sizes at least")
    layers = []
    for i in range(len(sizes) - 1):
        layers += [nn.Linear(sizes[i], sizes[i + 1]), activation]
    return nn.Sequential(*layers[:-1])


@mistake("build_mlp", finding="mlp.kind")
def build_mlp(sizes, activation=nn.ReLU):
    if len(sizes) < 2:
        raise ValueError("two sizes at least")
    layers = nn.ModuleList()
    for i in range(len(sizes) - 1):
        layers.extend([nn.Linear(sizes[i], sizes[i + 1]), activation()])
    return layers[:-1]


@mistake("build_mlp", finding="mlp.kind")
def build_mlp(sizes, activation=nn.ReLU):
    if len(sizes) < 2:
        raise ValueError("two sizes at least")
    layers = []
    for i in range(len(sizes) - 1):
        layers += [nn.Linear(sizes[i], sizes[i + 1]), activation()]
    nn.Sequential(*layers[:-1])


@mistake("build_mlp", finding="names.differ")
def build_mlp(sizes, activation=nn.ReLU):
    if len(sizes) < 2:
        raise ValueError("two sizes at least")
    layers = OrderedDict()
    for i in range(len(sizes) - 1):
        layers[f"fc{i}"] = nn.Linear(sizes[i], sizes[i + 1])
        layers[f"act{i}"] = activation()
    layers.popitem()
    return nn.Sequential(layers)


@mistake("build_mlp", finding="names.differ")
def build_mlp(sizes, activation=nn.ReLU):
    if len(sizes) < 2:
        raise ValueError("two sizes at least")
    layers = []
    for i in range(len(sizes) - 1):
        layers += [nn.Linear(sizes[i], sizes[i + 1], bias=i < len(sizes) - 2), activation()]
    return nn.Sequential(*layers[:-1])


@mistake("ResidualStack", finding="shortcut.original_input")
class ResidualStack(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])

    def forward(self, x):
        out = x
        for layer in self.layers:
            out = x + F.relu(layer(out))
        return out


@mistake("ResidualStack", finding="shortcut.original_input")
class ResidualStack(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])

    def forward(self, x):
        return x + sum(F.relu(layer(x)) for layer in self.layers)


@mistake("ResidualStack", finding="shortcut.original_input")
class ResidualStack(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])

    def forward(self, x):
        out = x
        for layer in self.layers:
            out = F.relu(layer(out))
        return x + out


@mistake("ResidualStack", finding="input.changed")
class ResidualStack(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])

    def forward(self, x):
        for layer in self.layers:
            x += F.relu(layer(x))
        return x


@mistake("ResidualStack", finding="input.changed")
class ResidualStack(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])

    def forward(self, x):
        for layer in self.layers:
            x = x + layer(F.relu(x, inplace=True))
        return x


@mistake("ResidualStack", finding="shortcut.overwritten")
class ResidualStack(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])

    def forward(self, x):
        x = x.clone()
        for layer in self.layers:
            x += F.relu(layer(x))
        return x


@mistake("ResidualStack", finding="shortcut.same_layer")
class ResidualStack(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width)] * depth)

    def forward(self, x):
        for layer in self.layers:
            x = x + F.relu(layer(x))
        return x


@mistake("ResidualStack", finding="registration.container")
class ResidualStack(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layers = [nn.Linear(width, width) for _ in range(depth)]

    def forward(self, x):
        for layer in self.layers:
            x = x + F.relu(layer(x))
        return x


@mistake("ResidualStack", finding="shortcut.no_skip")
class ResidualStack(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])

    def forward(self, x):
        for layer in self.layers:
            x = F.relu(layer(x))
        return x


@mistake("ResidualStack", finding="shortcut.relu_on_sum")
class ResidualStack(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])

    def forward(self, x):
        for layer in self.layers:
            x = F.relu(x + layer(x))
        return x


@mistake("ResidualStack", finding="shortcut.changes_input")
class ResidualStack(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])

    def forward(self, x):
        for layer in self.layers:
            h = x + F.relu(layer(x))
            x = x + h
        return x


@mistake("ResidualStack", finding="shortcut.vanishing")
class ResidualStack(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])

    def forward(self, x):
        for layer in self.layers:
            x = x.detach() + F.relu(layer(x))
        return x


@mistake("ResidualStack", finding="gradients.missing")
class ResidualStack(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])

    def forward(self, x):
        for layer in self.layers:
            x = x + F.relu(layer(x.detach())).detach()
        return x


@mistake("ResidualStack", finding="gradients.differ")
class ResidualStack(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])

    def forward(self, x):
        for layer in self.layers:
            x = x + F.relu(layer(x.detach()))
        return x


@mistake("ResidualStack", finding="values.differ")
class ResidualStack(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])

    def forward(self, x):
        for layer in self.layers:
            x = x + layer(x)
        return x


@mistake("ResidualStack", finding="values.differ")
class ResidualStack(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])

    def forward(self, x):
        for layer in self.layers:
            x = x + layer(F.relu(x))
        return x


@mistake("ResidualStack", finding="batch.mixed")
class ResidualStack(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])

    def forward(self, x):
        for layer in self.layers:
            h = F.relu(layer(x))
            x = x + h + (h - h.mean(dim=0)) * 0.5
        return x


@mistake("ResidualStack", finding="names.differ")
class ResidualStack(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(3)])

    def forward(self, x):
        for layer in self.layers:
            x = x + F.relu(layer(x))
        return x


@mistake("ResidualStack", finding="names.differ")
class ResidualStack(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.blocks = nn.Sequential(*(nn.Linear(width, width) for _ in range(depth)))

    def forward(self, x):
        for layer in self.blocks:
            x = x + F.relu(layer(x))
        return x


@mistake("ResidualStack", finding="shapes.differ")
class ResidualStack(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, 1) for _ in range(depth)])

    def forward(self, x):
        for layer in self.layers:
            x = x + F.relu(layer(x))
        return x


@mistake("ResidualStack", finding="init.super_missing")
class ResidualStack(nn.Module):
    def __init__(self, width, depth):
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])

    def forward(self, x):
        for layer in self.layers:
            x = x + F.relu(layer(x))
        return x


@mistake("ResidualStack", finding="dtype.fixed")
class ResidualStack(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])

    def forward(self, x):
        out = torch.zeros(x.shape, dtype=torch.float32, device=x.device) + x.float()
        for layer in self.layers:
            out = out + F.relu(layer(out))
        return out


@mistake("ResidualStack", finding="placement.result")
class ResidualStack(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])

    def forward(self, x):
        for layer in self.layers:
            x = x + F.relu(layer(x))
        return x.cpu()


@mistake("Branches", finding="registration.container")
class Branches(nn.Module):
    def __init__(self, branches):
        super().__init__()
        self.branches = dict(branches)

    def forward(self, x, which):
        if which not in self.branches:
            raise KeyError(f"{which} is none of {list(self.branches)}")
        return self.branches[which](x)


@mistake("Branches", finding="branches.all_run")
class Branches(nn.Module):
    def __init__(self, branches):
        super().__init__()
        self.branches = nn.ModuleDict(branches)

    def forward(self, x, which):
        if which not in self.branches:
            raise KeyError(f"{which} is none of {list(self.branches)}")
        return {name: branch(x) for name, branch in self.branches.items()}[which]


@mistake("Branches", finding="branches.clash")
class Branches(nn.Module):
    def __init__(self, branches):
        super().__init__()
        for name, branch in branches.items():
            setattr(self, name, branch)
        self.names = list(branches)

    def forward(self, x, which):
        if which not in self.names:
            raise KeyError(f"{which} is none of {self.names}")
        return getattr(self, which)(x)


@mistake("Branches", finding="branches.clash")
class Branches(nn.Module):
    def __init__(self, branches):
        super().__init__()
        self.branches = nn.Module()
        for name, branch in branches.items():
            if "." in name:
                raise ValueError("no dots")
            setattr(self.branches, name, branch)

    def forward(self, x, which):
        if which not in self.branches._modules:
            raise KeyError(f"{which} is none of {list(self.branches._modules)}")
        return getattr(self.branches, which)(x)


@mistake("Branches", finding="branches.unlisted")
class Branches(nn.Module):
    def __init__(self, branches):
        super().__init__()
        self.branches = nn.ModuleDict(branches)

    def forward(self, x, which):
        return self.branches[which](x)


@mistake("Branches", finding="misuse.accepted")
class Branches(nn.Module):
    def __init__(self, branches):
        super().__init__()
        self.branches = nn.ModuleDict(branches)

    def forward(self, x, which):
        if which not in self.branches:
            return x
        return self.branches[which](x)


@mistake("Branches", finding="misuse.other_error")
class Branches(nn.Module):
    def __init__(self, branches):
        super().__init__()
        self.branches = nn.ModuleDict(branches)

    def forward(self, x, which):
        assert which in self.branches, f"{which} is none of {list(self.branches)}"
        return self.branches[which](x)


@mistake("Branches", finding="misuse.accepted")
class Branches(nn.Module):
    def __init__(self, branches):
        super().__init__()
        self.branches = nn.ModuleDict({name.replace(".", "_"): branch for name, branch in branches.items()})

    def forward(self, x, which):
        if which not in self.branches:
            raise KeyError(f"{which} is none of {list(self.branches)}")
        return self.branches[which.replace(".", "_")](x)


@mistake("Branches", finding="branches.follows_dictionary")
class Branches(nn.Module):
    def __init__(self, branches):
        super().__init__()
        self.branches = nn.ModuleDict(branches)
        self._given = branches

    def forward(self, x, which):
        if which not in self._given:
            raise KeyError(f"{which} is none of {list(self._given)}")
        return self._given[which](x)


@mistake("Branches", finding="calls.count")
class Branches(nn.Module):
    def __init__(self, branches):
        super().__init__()
        self.branches = nn.ModuleDict(branches)

    def forward(self, x, which):
        if which not in self.branches:
            raise KeyError(f"{which} is none of {list(self.branches)}")
        return self.branches[which].forward(x)


@mistake("Branches", finding="names.differ")
class Branches(nn.Module):
    def __init__(self, branches):
        super().__init__()
        self.nets = nn.ModuleDict(branches)

    def forward(self, x, which):
        if which not in self.nets:
            raise KeyError(f"{which} is none of {list(self.nets)}")
        return self.nets[which](x)


@mistake("Branches", finding="branches.gradient_elsewhere")
class Branches(nn.Module):
    def __init__(self, branches):
        super().__init__()
        self.branches = nn.ModuleDict(branches)

    def forward(self, x, which):
        if which not in self.branches:
            raise KeyError(f"{which} is none of {list(self.branches)}")
        everything = sum(parameter.sum() for parameter in self.parameters())
        return self.branches[which](x) + everything - everything.detach()


@mistake("Branches", finding="gradients.missing")
class Branches(nn.Module):
    def __init__(self, branches):
        super().__init__()
        self.branches = nn.ModuleDict(branches)

    def forward(self, x, which):
        if which not in self.branches:
            raise KeyError(f"{which} is none of {list(self.branches)}")
        with torch.no_grad():
            return self.branches[which](x)


@mistake("Branches", finding="output.none")
class Branches(nn.Module):
    def __init__(self, branches):
        super().__init__()
        self.branches = nn.ModuleDict(branches)

    def forward(self, x, which):
        if which not in self.branches:
            raise KeyError(f"{which} is none of {list(self.branches)}")
        self.branches[which](x)


@mistake("Branches", finding="names.differ")
class Branches(nn.Module):
    def __init__(self, branches):
        super().__init__()
        if any("." in name for name in branches):
            raise ValueError("a name has a dot")
        self.names = list(branches)
        self.branches = nn.ModuleList(branches.values())

    def forward(self, x, which):
        if which not in self.names:
            raise KeyError(f"{which} is none of {self.names}")
        return self.branches[self.names.index(which)](x)


@mistake("Branches", finding="storage.shared")
class Branches(nn.Module):
    branches = nn.ModuleDict()

    def __init__(self, branches):
        super().__init__()
        self.branches.update(branches)

    def forward(self, x, which):
        if which not in self.branches:
            raise KeyError(f"{which} is none of {list(self.branches)}")
        return self.branches[which](x)


@mistake("Branches", finding="placement.result")
class Branches(nn.Module):
    def __init__(self, branches):
        super().__init__()
        self.branches = nn.ModuleDict(branches)

    def forward(self, x, which):
        if which not in self.branches:
            raise KeyError(f"{which} is none of {list(self.branches)}")
        return self.branches[which](x).cpu()


@mistake("Branches", finding="init.super_missing")
class Branches(nn.Module):
    def __init__(self, branches):
        self.branches = nn.ModuleDict(branches)

    def forward(self, x, which):
        if which not in self.branches:
            raise KeyError(f"{which} is none of {list(self.branches)}")
        return self.branches[which](x)


@mistake("Branches", finding="signature.differs")
class Branches(nn.Module):
    def __init__(self, branches):
        super().__init__()
        self.branches = nn.ModuleDict(branches)
        self.which = "left"

    def forward(self, x):
        return self.branches[self.which](x)


@mistake("tied", finding="tied.not_one_layer")
def tied(layer, n):
    modules = []
    for _ in range(n):
        modules += [copy.deepcopy(layer), nn.ReLU()]
    return nn.Sequential(*modules[:-1])


@mistake("tied", finding="tied.not_the_layer")
def tied(layer, n):
    own = copy.deepcopy(layer)
    modules = []
    for _ in range(n):
        modules += [own, nn.ReLU()]
    return nn.Sequential(*modules[:-1])


@mistake("tied", finding="tied.relu_last")
def tied(layer, n):
    return nn.Sequential(*[layer, nn.ReLU()] * n)


@mistake("tied", finding="tied.parts")
def tied(layer, n):
    return nn.Sequential(*[layer] * n)


@mistake("tied", finding="tied.parts")
def tied(layer, n):
    return nn.Sequential(*[layer, nn.ReLU()] * (n - 1), layer, layer)


@mistake("tied", finding="tied.kind")
def tied(layer, n):
    return nn.ModuleList(([layer, nn.ReLU()] * n)[:-1])


@mistake("tied", finding="tied.keys")
def tied(layer, n):
    modules = OrderedDict()
    for index in range(n):
        modules[f"layer{index}"] = layer
        modules[f"relu{index}"] = nn.ReLU()
    modules.popitem()
    return nn.Sequential(modules)


@mistake("tied", finding="copied.shared")
def copied(layer, n):
    modules = []
    for _ in range(n):
        modules += [copy.copy(layer), nn.ReLU()]
    return nn.Sequential(*modules[:-1])


@mistake("tied", finding="copied.shared")
def copied(layer, n):
    return nn.Sequential(*([copy.deepcopy(layer), nn.ReLU()] * n)[:-1])


@mistake("tied", finding="copied.layer_itself")
def copied(layer, n):
    modules = [layer]
    for _ in range(n - 1):
        modules += [nn.ReLU(), copy.deepcopy(layer)]
    return nn.Sequential(*modules)


@mistake("tied", finding="copied.numbers")
def copied(layer, n):
    modules = []
    for _ in range(n):
        new = copy.deepcopy(layer)
        for part in new.modules():
            if hasattr(part, "reset_parameters"):
                part.reset_parameters()
        modules += [new, nn.ReLU()]
    return nn.Sequential(*modules[:-1])


@mistake("tied", finding="copied.numbers")
def copied(layer, n):
    def fresh():
        new = copy.deepcopy(layer)
        for part in new.modules():
            if isinstance(part, nn.BatchNorm1d):
                part.reset_running_stats()
        return new

    modules = [fresh()]
    for _ in range(n - 1):
        modules += [nn.ReLU(), fresh()]
    return nn.Sequential(*modules)


@mistake("tied", finding="tied.relu_last")
def copied(layer, n):
    modules = []
    for _ in range(n):
        modules += [copy.deepcopy(layer), nn.ReLU()]
    return nn.Sequential(*modules)


@mistake("tied", finding="tied.parts")
def copied(layer, n):
    return nn.Sequential(*(copy.deepcopy(layer) for _ in range(n)))


@mistake("tied", finding="names.differ")
def copied(layer, n):
    modules = OrderedDict()
    for index in range(n):
        modules[f"layer{index}"] = copy.deepcopy(layer)
        modules[f"relu{index}"] = nn.ReLU()
    modules.popitem()
    return nn.Sequential(modules)
