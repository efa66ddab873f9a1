"""Wrong answers to chapter 3: each must fail with its own finding and with no other."""

import numpy
import torch
from torch import nn
from torch.nn import functional as F

from solutions.activations import ModuleNet, functional_net, sigmoid
from tests.answers import mistake


@mistake("sigmoid", finding="gradient.overflow")
def sigmoid(x):
    return 1 / (1 + torch.exp(-x))


@mistake("sigmoid", finding="gradient.overflow")
def sigmoid(x):
    return torch.where(x >= 0, 1 / (1 + torch.exp(-x)), torch.exp(x) / (1 + torch.exp(x)))


@mistake("sigmoid", finding="gradient.at_zero")
def sigmoid(x):
    power = torch.exp(-x.abs())
    return torch.where(x >= 0, 1 / (1 + power), power / (1 + power))


@mistake("sigmoid", finding="gradient.at_zero")
def sigmoid(x):
    return torch.exp(x.clamp(max=0)) / (1 + torch.exp(-x.abs()))


@mistake("sigmoid", finding="sigmoid.values")
def sigmoid(x):
    return 1 / (1 + torch.exp(x.clamp(max=80)))


@mistake("sigmoid", finding="sigmoid.values")
def sigmoid(x):
    return (0.2 * x + 0.5).clamp(0, 1)


@mistake("sigmoid", finding="sigmoid.overflow")
def sigmoid(x):
    return torch.exp(x) / (1 + torch.exp(x))


@mistake("sigmoid", finding="activation.infinity")
def sigmoid(x):
    return torch.exp(x - torch.logsumexp(torch.stack((x, torch.zeros_like(x))), dim=0))


@mistake("sigmoid", finding="delegation.used")
def sigmoid(x):
    return torch.sigmoid(x)


@mistake("sigmoid", finding="delegation.used")
def sigmoid(x):
    return (nn.Tanh()(x / 2) + 1) / 2


@mistake("sigmoid", finding="activation.single_precision")
def sigmoid(x):
    return torch.exp(-torch.logaddexp(torch.zeros_like(x), -x).float()).to(x.dtype)


@mistake("sigmoid", finding="output.dtype")
def sigmoid(x):
    return torch.exp(-torch.logaddexp(torch.zeros_like(x), -x)).float()


@mistake("sigmoid", finding="placement.made")
def sigmoid(x):
    return torch.exp(-torch.logaddexp(torch.zeros(x.shape, dtype=x.dtype), -x))


@mistake("sigmoid", finding="gradients.missing")
def sigmoid(x):
    with torch.no_grad():
        return torch.exp(-torch.logaddexp(torch.zeros_like(x), -x))


@mistake("sigmoid", finding="tanh.overflow")
def tanh(x):
    return (torch.exp(x) - torch.exp(-x)) / (torch.exp(x) + torch.exp(-x))


@mistake("sigmoid", finding="tanh.overflow")
def tanh(x):
    return (1 - torch.exp(-2 * x)) / (1 + torch.exp(-2 * x))


@mistake("sigmoid", finding="gradient.at_zero")
def tanh(x):
    power = torch.exp(-2 * x.abs())
    return torch.sign(x) * (1 - power) / (1 + power)


@mistake("sigmoid", finding="tanh.values")
def tanh(x):
    return 2 * sigmoid(x) - 1


@mistake("sigmoid", finding="tanh.values")
def tanh(x):
    return sigmoid(2 * x)


@mistake("sigmoid", finding="delegation.used")
def tanh(x):
    return 2 * x.sigmoid().pow(1) - 1 if x.numel() == 0 else x.tanh()


@mistake("sigmoid", finding="gradient.overflow")
def tanh(x):
    return 2 / (1 + torch.exp(-2 * x)) - 1


@mistake("sigmoid", finding="input.changed")
def relu(x):
    x[x < 0] = 0
    return x


@mistake("sigmoid", finding="input.changed")
def relu(x):
    return x.clamp_(min=0)


@mistake("sigmoid", finding="activation.infinity")
def relu(x):
    return (x + x.abs()) / 2


@mistake("sigmoid", finding="gradients.missing")
def relu(x):
    return torch.from_numpy(numpy.maximum(x.detach().numpy(), 0))


@mistake("sigmoid", finding="raised")
def relu(x):
    return torch.from_numpy(numpy.maximum(x.numpy(), 0))


@mistake("sigmoid", finding="gradients.differ")
def relu(x):
    return (x + x.detach().abs()) / 2 if x.isfinite().all() else x.clamp(min=0)


@mistake("sigmoid", finding="relu.values")
def relu(x):
    return x.abs()


@mistake("sigmoid", finding="relu.values")
def relu(x):
    return x.clamp(0, 6)


@mistake("sigmoid", finding="delegation.used")
def relu(x):
    return F.relu(x)


@mistake("sigmoid", finding="delegation.used")
def relu(x):
    return nn.LeakyReLU(0.0)(x) if x.isfinite().all() else x.clamp(min=0)


@mistake("sigmoid", finding="placement.made")
def relu(x):
    return torch.maximum(x, torch.zeros(x.shape, dtype=x.dtype))


@mistake("sigmoid", finding="leaky_relu.slope_above_one")
def leaky_relu(x, negative_slope=0.01):
    return torch.maximum(x, negative_slope * x)


@mistake("sigmoid", finding="leaky_relu.slope_ignored")
def leaky_relu(x, negative_slope=0.01):
    return torch.where(x > 0, x, 0.01 * x)


@mistake("sigmoid", finding="leaky_relu.values")
def leaky_relu(x, negative_slope=0.01):
    return torch.where(x > 0, x, -negative_slope * x)


@mistake("sigmoid", finding="leaky_relu.values")
def leaky_relu(x, negative_slope=0.1):
    return torch.where(x > 0, x, negative_slope * x)


@mistake("sigmoid", finding="input.changed")
def leaky_relu(x, negative_slope=0.01):
    x[x < 0] *= negative_slope
    return x


@mistake("sigmoid", finding="signature.differs")
def leaky_relu(x, slope=0.01):
    return torch.where(x > 0, x, slope * x)


@mistake("sigmoid", finding="delegation.used")
def leaky_relu(x, negative_slope=0.01):
    return F.leaky_relu(x, negative_slope)


@mistake("sigmoid", finding="softmax.overflow")
def softmax(x, dim):
    powers = torch.exp(x)
    return powers / powers.sum(dim, keepdim=True)


@mistake("sigmoid", finding="softmax.overflow")
def softmax(x, dim):
    powers = torch.exp(x - x.mean(dim, keepdim=True))
    return powers / powers.sum(dim, keepdim=True)


@mistake("sigmoid", finding="softmax.whole")
def softmax(x, dim):
    powers = torch.exp(x - x.max())
    return powers / powers.sum()


@mistake("sigmoid", finding="softmax.dim_ignored")
def softmax(x, dim):
    powers = torch.exp(x - x.amax(-1, keepdim=True))
    return powers / powers.sum(-1, keepdim=True)


@mistake("sigmoid", finding="softmax.dim_ignored")
def softmax(x, dim):
    powers = torch.exp(x - x.amax(0, keepdim=True))
    return powers / powers.sum(0, keepdim=True)


@mistake("sigmoid", finding="softmax.global_max")
def softmax(x, dim):
    powers = torch.exp(x - x.max())
    return powers / powers.sum(dim, keepdim=True)


@mistake("sigmoid", finding="softmax.shift")
def softmax(x, dim):
    powers = torch.exp(x.clamp(-50, 50))
    return powers / powers.sum(dim, keepdim=True)


@mistake("sigmoid", finding="softmax.sum")
def softmax(x, dim):
    return x - x.logsumexp(dim, keepdim=True)


@mistake("sigmoid", finding="softmax.values")
def softmax(x, dim):
    powers = torch.exp(-(x - x.amin(dim, keepdim=True)))
    return powers / powers.sum(dim, keepdim=True)


@mistake("sigmoid", finding="shapes.do_not_fit")
def softmax(x, dim):
    powers = torch.exp(x - x.amax(dim))
    return powers / powers.sum(dim)


@mistake("sigmoid", finding="input.changed")
def softmax(x, dim):
    x -= x.amax(dim, keepdim=True)
    return torch.exp(x) / torch.exp(x).sum(dim, keepdim=True)


@mistake("sigmoid", finding="gradients.differ")
def softmax(x, dim):
    powers = torch.exp(x - x.amax(dim, keepdim=True))
    return powers / powers.sum(dim, keepdim=True).detach()


@mistake("sigmoid", finding="delegation.used")
def softmax(x, dim):
    return F.softmax(x, dim)


@mistake("ReLU", finding="inplace.ignored")
class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        return torch.relu(x)

    def extra_repr(self):
        return "inplace=True" if self.inplace else ""


@mistake("ReLU", finding="inplace.always")
class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        return x.clamp_(min=0)

    def extra_repr(self):
        return "inplace=True" if self.inplace else ""


@mistake("ReLU", finding="inplace.always")
class ReLU(nn.Module):
    def __init__(self, inplace=True):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        return F.relu(x, inplace=self.inplace)

    def extra_repr(self):
        return f"inplace={self.inplace}" if self.inplace is True else ""


@mistake("ReLU", finding="inplace.copied")
class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        return torch.relu_(x).clone() if self.inplace else torch.relu(x)

    def extra_repr(self):
        return "inplace=True" if self.inplace else ""


@mistake("ReLU", finding="gradients.differ")
class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        if self.inplace:
            x.data.clamp_(min=0)
            return x
        return torch.relu(x)

    def extra_repr(self):
        return "inplace=True" if self.inplace else ""


@mistake("ReLU", finding="inplace.leaf_accepted")
class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        if self.inplace and x.is_leaf:
            x.data.clamp_(min=0)
            return x
        return torch.relu_(x) if self.inplace else torch.relu(x)

    def extra_repr(self):
        return "inplace=True" if self.inplace else ""


@mistake("ReLU", finding="inplace.not_shown")
class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        return F.relu(x, inplace=self.inplace)

    def extra_repr(self):
        return "inplace" if self.inplace else ""


@mistake("ReLU", finding="inplace.always_shown")
class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        return F.relu(x, inplace=self.inplace)

    def extra_repr(self):
        return "inplace=True"


@mistake("ReLU", finding="state.unexpected")
class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace
        self.register_buffer("zero", torch.zeros(()))

    def forward(self, x):
        return torch.relu_(x) if self.inplace else torch.maximum(x, self.zero)

    def extra_repr(self):
        return "inplace=True" if self.inplace else ""


@mistake("ReLU", finding="placement.made")
class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        return torch.relu_(x) if self.inplace else torch.maximum(x, torch.zeros(x.shape))

    def extra_repr(self):
        return "inplace=True" if self.inplace else ""


@mistake("ReLU", finding="relu.values_of_module")
class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        return x.abs_() if self.inplace else x.abs()

    def extra_repr(self):
        return "inplace=True" if self.inplace else ""


@mistake("ReLU", finding="dtype.fixed")
class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        return torch.relu_(x) if self.inplace else torch.relu(x).float()

    def extra_repr(self):
        return "inplace=True" if self.inplace else ""


@mistake("residual_relu", finding="residual.overwritten")
def residual_relu(x):
    h = x * 1
    return h + F.relu(h, inplace=True)


@mistake("residual_relu", finding="residual.overwritten")
def residual_relu(x):
    h = x * 1
    positive = F.relu(h, inplace=True)
    return h.clone() + positive


@mistake("residual_relu", finding="residual.overwritten")
def residual_relu(x):
    return x + F.relu(x.detach(), inplace=True)


@mistake("residual_relu", finding="input.changed")
def residual_relu(x):
    before = x.clone()
    return before + F.relu(x, inplace=True)


@mistake("residual_relu", finding="residual.saved_value")
def residual_relu(x):
    h = x.clone()
    h += h.clamp(min=0)
    return h


@mistake("residual_relu", finding="residual.values")
def residual_relu(x):
    return F.relu(x * 1)


@mistake("residual_relu", finding="gradients.differ")
def residual_relu(x):
    h = x * 1
    return h + F.relu(h.detach(), inplace=False)


@mistake("residual_relu", finding="gradients.missing")
def residual_relu(x):
    h = x.detach().clone()
    return h + F.relu(h)


@mistake("residual_relu", finding="placement.made")
def residual_relu(x):
    return x + torch.maximum(x, torch.zeros(x.shape))


@mistake("residual_relu", finding="inplace.all_safe")
def safe_inplace(case):
    return True


@mistake("residual_relu", finding="inplace.too_careful")
def safe_inplace(case):
    return False


@mistake("residual_relu", finding="inplace.saved_output")
def safe_inplace(case):
    return case in ("relu after linear", "relu_ and mul_ after exp")


@mistake("residual_relu", finding="inplace.second_use")
def safe_inplace(case):
    return case not in ("relu on a leaf", "relu_ and mul_ after exp")


@mistake("residual_relu", finding="inplace.leaf")
def safe_inplace(case):
    return case in ("relu after linear", "relu on a leaf")


@mistake("residual_relu", finding="inplace.no_answer")
def safe_inplace(case):
    return "no" if "leaf" in case else case == "relu after linear"


@mistake("residual_relu", finding="not_implemented")
def safe_inplace(case):
    raise NotImplementedError()


@mistake("functional_net", finding="functional.own_weights")
def functional_net(x, params):
    return nn.Linear(256, 10)(F.relu(nn.Linear(784, 256)(x)))


@mistake("functional_net", finding="functional.params_ignored")
def functional_net(x, params):
    torch.manual_seed(0)
    return nn.Linear(256, 10)(F.relu(nn.Linear(784, 256)(x)))


@mistake("functional_net", finding="functional.params_ignored")
def functional_net(x, params, kept={}):  # noqa: B006
    kept.setdefault("params", params)
    weights = kept["params"]
    hidden = F.relu(F.linear(x, weights["fc1.weight"], weights["fc1.bias"]))
    return F.linear(hidden, weights["fc2.weight"], weights["fc2.bias"])


@mistake("functional_net", finding="functional.transposed")
def functional_net(x, params):
    hidden = F.relu(x @ params["fc1.weight"] + params["fc1.bias"])
    return hidden @ params["fc2.weight"] + params["fc2.bias"]


@mistake("functional_net", finding="functional.transposed")
def functional_net(x, params):
    hidden = F.relu(F.linear(x, params["fc1.weight"].T, params["fc1.bias"]))
    return F.linear(hidden, params["fc2.weight"].T, params["fc2.bias"])


@mistake("functional_net", finding="output.never_negative")
def functional_net(x, params):
    hidden = F.relu(F.linear(x, params["fc1.weight"], params["fc1.bias"]))
    return F.relu(F.linear(hidden, params["fc2.weight"], params["fc2.bias"]))


@mistake("functional_net", finding="values.differ")
def functional_net(x, params):
    hidden = F.linear(x, params["fc1.weight"], params["fc1.bias"])
    return F.linear(hidden, params["fc2.weight"], params["fc2.bias"])


@mistake("functional_net", finding="values.differ")
def functional_net(x, params):
    return F.linear(F.relu(F.linear(x, params["fc1.weight"])), params["fc2.weight"])


@mistake("functional_net", finding="gradients.missing")
def functional_net(x, params):
    hidden = F.relu(F.linear(x, params["fc1.weight"].data, params["fc1.bias"].data))
    return F.linear(hidden, params["fc2.weight"].data, params["fc2.bias"].data)


@mistake("functional_net", finding="gradients.missing")
def functional_net(x, params):
    net = ModuleNet()
    net.load_state_dict(params)
    return net(x)


@mistake("functional_net", finding="input.changed")
def functional_net(x, params):
    weights = [params[name] for name in ("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias")]
    result = F.linear(F.relu(F.linear(x, *weights[:2])), *weights[2:])
    x.detach().zero_()
    return result


@mistake("functional_net", finding="raised")
def functional_net(x, params):
    hidden = F.relu(F.linear(x, params["w1"], params["b1"]))
    return F.linear(hidden, params["w2"], params["b2"])


@mistake("functional_net", finding="placement.made")
def functional_net(x, params):
    hidden = F.linear(x, params["fc1.weight"], params["fc1.bias"])
    hidden = torch.maximum(hidden, torch.zeros(hidden.shape, dtype=x.dtype))
    return F.linear(hidden, params["fc2.weight"], params["fc2.bias"])


@mistake("functional_net", finding="output.never_negative")
class ModuleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(784, 256)
        self.fc2 = nn.Linear(256, 10)

    def forward(self, x):
        return F.relu(self.fc2(F.relu(self.fc1(x))))


@mistake("functional_net", finding="names.differ")
class ModuleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(784, 256)
        self.out = nn.Linear(256, 10)

    def forward(self, x):
        return self.out(F.relu(self.hidden(x)))


@mistake("functional_net", finding="values.differ")
class ModuleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(784, 256)
        self.fc2 = nn.Linear(256, 10)

    def forward(self, x):
        return self.fc2(self.fc1(x))


@mistake("functional_net", finding="shapes.differ")
class ModuleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(784, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x)))


@mistake("functional_net", finding="registration.container")
class ModuleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = [nn.Linear(784, 256), nn.Linear(256, 10)]

    def forward(self, x):
        return self.layers[1](F.relu(self.layers[0](x)))


@mistake("functional_net", finding="same.always_true")
def same(net, x):
    return True


@mistake("functional_net", finding="same.always_true")
def same(net, x):
    return net(x).shape == functional_net(x, dict(net.named_parameters())).shape


@mistake("functional_net", finding="same.always_true")
def same(net, x):
    return bool((net(x) == functional_net(x, dict(net.named_parameters()))).any())


@mistake("functional_net", finding="same.not_bool")
def same(net, x):
    return (net(x) == functional_net(x, dict(net.named_parameters()))).all()


@mistake("functional_net", finding="same.not_bool")
def same(net, x):
    print(torch.allclose(net(x), functional_net(x, dict(net.named_parameters()))))


@mistake("functional_net", finding="same.always_false")
def same(net, x):
    return net(x) is functional_net(x, dict(net.named_parameters()))


@mistake("functional_net", finding="same.reversed")
def same(net, x):
    return not torch.allclose(net(x), functional_net(x, dict(net.named_parameters())))


@mistake("MyDropout", finding="dropout.drops_in_eval")
class MyDropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(p)
        self.p = p

    def forward(self, x):
        return F.dropout(x, self.p)


@mistake("MyDropout", finding="dropout.drops_in_eval")
class MyDropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p

    def forward(self, x):
        return F.dropout(x)


@mistake("MyDropout", finding="dropout.drops_in_eval")
class MyDropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(p)
        self.p = p

    def forward(self, x):
        return F.dropout(x, self.p, bool(self.train))


@mistake("MyDropout", finding="dropout.own_flag")
class MyDropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(p)
        self.p = p
        self.active = True

    def train(self, mode=True):
        self.active = True

    def eval(self):
        self.active = False

    def forward(self, x):
        return F.dropout(x, self.p, self.active)


@mistake("MyDropout", finding="dropout.not_scaled")
class MyDropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(p)
        self.p = p

    def forward(self, x):
        return x * (torch.rand_like(x) >= self.p) if self.training else x


@mistake("MyDropout", finding="dropout.scaled_in_eval")
class MyDropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(p)
        self.p = p

    def forward(self, x):
        return x * (torch.rand_like(x) >= self.p) if self.training else x * (1 - self.p)


@mistake("MyDropout", finding="dropout.changes_in_eval")
class MyDropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(p)
        self.p = p

    def forward(self, x):
        return F.dropout(x, self.p) if self.training else x - x.mean()


@mistake("MyDropout", finding="placement.made")
class MyDropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(p)
        self.p = p

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        mask = (torch.rand(x.shape) >= self.p).to(x.dtype)
        return x * mask / (1 - self.p) if self.p < 1 else torch.zeros_like(x)


@mistake("MyDropout", finding="dropout.same_mask")
class MyDropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(p)
        self.p = p
        self._mask = None

    def forward(self, x):
        if not self.training:
            return x
        if self._mask is None or self._mask.shape != x.shape:
            self._mask = F.dropout(torch.ones_like(x), self.p)
        return x * self._mask


@mistake("MyDropout", finding="dropout.same_mask")
class MyDropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(p)
        self.p = p

    def forward(self, x):
        torch.manual_seed(0)
        return F.dropout(x, self.p, self.training)


@mistake("MyDropout", finding="dropout.keeps_p")
class MyDropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(p)
        self.p = p

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        return x * (torch.rand_like(x) < self.p) / self.p


@mistake("MyDropout", finding="dropout.share")
class MyDropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(p)
        self.p = p

    def forward(self, x):
        return F.dropout(x, training=self.training)


@mistake("MyDropout", finding="dropout.share")
class MyDropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(p)
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.randn_like(x) >= self.p) / (1 - self.p) if self.p < 1 else x * 0


@mistake("MyDropout", finding="dropout.never_drops")
class MyDropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(p)
        self.p = p

    def forward(self, x):
        return x


@mistake("MyDropout", finding="dropout.not_elementwise")
class MyDropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(p)
        self.p = p

    def forward(self, x):
        return x * F.dropout(x.new_ones(x.shape[-1]), self.p) if self.training else x


@mistake("MyDropout", finding="dropout.scale")
class MyDropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(p)
        self.p = p

    def forward(self, x):
        return F.dropout(x, self.p) * 2 if self.training else x


@mistake("MyDropout", finding="dropout.mean")
class MyDropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(p)
        self.p = p

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        scale = 2.5 if self.p > 0.5 else 1 / 0.7
        return x * (torch.rand_like(x) >= self.p) * scale


@mistake("MyDropout", finding="dropout.gradient")
class MyDropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(p)
        self.p = p

    def forward(self, x):
        y = x * 1
        y.data = F.dropout(x.detach(), self.p, self.training)
        return y


@mistake("MyDropout", finding="gradients.missing")
class MyDropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(p)
        self.p = p

    def forward(self, x):
        return F.dropout(x.detach(), self.p, self.training)


@mistake("MyDropout", finding="dropout.p_one")
class MyDropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(p)
        self.p = p

    def forward(self, x):
        return x * (torch.rand_like(x) >= self.p) / (1 - self.p) if self.training else x


@mistake("MyDropout", finding="dropout.p_one")
class MyDropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(p)
        self.p = p

    def forward(self, x):
        return x * (torch.rand_like(x) >= self.p) * (1 / (1 - self.p)) if self.training else x


@mistake("MyDropout", finding="dropout.p_zero")
class MyDropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(p)
        self.p = p or 0.5

    def forward(self, x):
        return F.dropout(x, self.p, self.training)


@mistake("MyDropout", finding="misuse.accepted")
class MyDropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.rand_like(x) >= self.p) * (1 / (1 - self.p) if self.p < 1 else 0)


@mistake("MyDropout", finding="misuse.other_error")
class MyDropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        assert 0 <= p <= 1
        self.p = p

    def forward(self, x):
        return F.dropout(x, self.p, self.training)


@mistake("MyDropout", finding="input.changed")
class MyDropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(p)
        self.p = p

    def forward(self, x):
        return F.dropout(x, self.p, self.training, inplace=True)


@mistake("MyDropout", finding="state.unexpected")
class MyDropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(p)
        self.p = p
        self.register_buffer("keep", torch.tensor(1 - p))

    def forward(self, x):
        return F.dropout(x, self.p, self.training)


@mistake("MyDropout", finding="dropout_net.drops_in_eval")
class DropoutNet(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.linear = nn.Linear(8, 8)
        self.p = p

    def forward(self, x):
        return F.dropout(self.linear(x))


@mistake("MyDropout", finding="dropout_net.drops_in_eval")
class DropoutNet(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.linear = nn.Linear(8, 8)
        self.p = p

    def forward(self, x):
        return F.dropout(self.linear(x), self.p)


@mistake("MyDropout", finding="dropout_net.p_ignored")
class DropoutNet(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.linear = nn.Linear(8, 8)
        self.p = p

    def forward(self, x):
        return F.dropout(self.linear(x), training=self.training)


@mistake("MyDropout", finding="dropout_net.never_drops")
class DropoutNet(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.linear = nn.Linear(8, 8)

    def forward(self, x):
        return self.linear(x)


@mistake("MyDropout", finding="dropout_net.not_behind")
class DropoutNet(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.dropout = nn.Dropout(p)
        self.linear = nn.Linear(8, 8)

    def forward(self, x):
        return self.linear(self.dropout(x))


@mistake("MyDropout", finding="names.differ")
class DropoutNet(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.linear = nn.Linear(8, 8, bias=False)
        self.dropout = nn.Dropout(p)

    def forward(self, x):
        return self.dropout(self.linear(x))


@mistake("MyDropout", finding="gradients.missing")
class DropoutNet(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.linear = nn.Linear(8, 8)
        self.dropout = nn.Dropout(p)

    def forward(self, x):
        return self.dropout(self.linear(x).detach())


@mistake("saturation", finding="saturation.finite_difference")
def saturation(act, x):
    h = 1e-4
    return (act(x + h) - act(x)) / h


@mistake("saturation", finding="saturation.shape")
def saturation(act, x):
    leaf = x.detach().requires_grad_()
    act(leaf).sum().backward()
    return leaf.grad.sum(0)


@mistake("saturation", finding="saturation.shape")
def saturation(act, x):
    return torch.autograd.functional.jacobian(act, x)


@mistake("saturation", finding="saturation.values")
def saturation(act, x):
    leaf = x.detach().requires_grad_()
    act(leaf).mean().backward()
    return leaf.grad


@mistake("saturation", finding="saturation.values")
def saturation(act, x):
    return act(x)


@mistake("saturation", finding="saturation.no_graph")
def saturation(act, x):
    return torch.autograd.grad(act(x).sum(), x)[0]


@mistake("saturation", finding="saturation.left_on_x")
def saturation(act, x):
    x.requires_grad_()
    act(x).sum().backward()
    return x.grad


@mistake("saturation", finding="saturation.left_on_x")
def saturation(act, x):
    x.requires_grad_()
    return torch.autograd.grad(act(x).sum(), x)[0]


@mistake("saturation", finding="output.dtype")
def saturation(act, x):
    leaf = x.detach().float().requires_grad_()
    return torch.autograd.grad(act(leaf).sum(), leaf)[0]


@mistake("saturation", finding="placement.made")
def saturation(act, x):
    leaf = x.detach().requires_grad_()
    return torch.autograd.grad(act(leaf), leaf, torch.ones(x.shape, dtype=x.dtype))[0]


@mistake("saturation", finding="dead.some_sample")
def dead_fraction(net, x):
    outputs, before = [], {m: m.training for m in net.modules()}
    relus = [m for m in net.modules() if isinstance(m, nn.ReLU)]
    hooks = [m.register_forward_hook(lambda m, i, o: outputs.append(o)) for m in relus]
    net.eval()(x)
    for hook in hooks:
        hook.remove()
    for module, mode in before.items():
        module.training = mode
    dead = [(o == 0).any(dim=0).flatten() for o in outputs]
    return torch.cat(dead).float().mean().item() if dead else 0.0


@mistake("saturation", finding="dead.some_sample")
def dead_fraction(net, x):
    outputs, before = [], {m: m.training for m in net.modules()}
    relus = [m for m in net.modules() if isinstance(m, nn.ReLU)]
    hooks = [m.register_forward_hook(lambda m, i, o: outputs.append(o)) for m in relus]
    net.eval()(x)
    for hook in hooks:
        hook.remove()
    for module, mode in before.items():
        module.training = mode
    return sum((o == 0).sum().item() for o in outputs) / max(1, sum(o.numel() for o in outputs))


@mistake("saturation", finding="dead.layers_alike")
def dead_fraction(net, x):
    outputs, before = [], {m: m.training for m in net.modules()}
    relus = [m for m in net.modules() if isinstance(m, nn.ReLU)]
    hooks = [m.register_forward_hook(lambda m, i, o: outputs.append(o)) for m in relus]
    net.eval()(x)
    for hook in hooks:
        hook.remove()
    for module, mode in before.items():
        module.training = mode
    shares = [(o == 0).all(dim=0).float().mean().item() for o in outputs]
    return sum(shares) / len(shares) if shares else 0.0


@mistake("saturation", finding="dead.layers")
def dead_fraction(net, x):
    outputs, before = [], {m: m.training for m in net.modules()}
    relus = [m for m in net.modules() if isinstance(m, nn.ReLU)]
    hooks = [m.register_forward_hook(lambda m, i, o: outputs.append(o)) for m in relus]
    net.eval()(x)
    for hook in hooks:
        hook.remove()
    for module, mode in before.items():
        module.training = mode
    return (outputs[-1] == 0).all(dim=0).float().mean().item() if outputs else 0.0


@mistake("saturation", finding="dead.nested")
def dead_fraction(net, x):
    before = {m: m.training for m in net.modules()}
    net.eval()
    dead = units = 0
    for layer in net.children():
        x = layer(x)
        if isinstance(layer, nn.ReLU):
            dead += (x == 0).all(dim=0).sum().item()
            units += x[0].numel()
    for module, mode in before.items():
        module.training = mode
    return dead / units if units else 0.0


@mistake("saturation", finding="dead.nested")
def dead_fraction(net, x):
    outputs, before = [], {m: m.training for m in net.modules()}
    relus = [m for m in net.children() if isinstance(m, nn.ReLU)]
    hooks = [m.register_forward_hook(lambda m, i, o: outputs.append(o)) for m in relus]
    net.eval()(x)
    for hook in hooks:
        hook.remove()
    for module, mode in before.items():
        module.training = mode
    dead = [(o == 0).all(dim=0).flatten() for o in outputs]
    return torch.cat(dead).float().mean().item() if dead else 0.0


@mistake("saturation", finding="dead.without_relu")
def dead_fraction(net, x):
    outputs, before = [], {m: m.training for m in net.modules()}
    relus = [m for m in net.modules() if isinstance(m, nn.ReLU)]
    hooks = [m.register_forward_hook(lambda m, i, o: outputs.append(o)) for m in relus]
    net.eval()(x)
    for hook in hooks:
        hook.remove()
    for module, mode in before.items():
        module.training = mode
    return sum((o == 0).all(0).sum().item() for o in outputs) / sum(o[0].numel() for o in outputs)


@mistake("saturation", finding="dead.train_mode")
def dead_fraction(net, x):
    outputs = []
    relus = [m for m in net.modules() if isinstance(m, nn.ReLU)]
    hooks = [m.register_forward_hook(lambda m, i, o: outputs.append(o)) for m in relus]
    net(x)
    for hook in hooks:
        hook.remove()
    dead = [(o == 0).all(dim=0).flatten() for o in outputs]
    return torch.cat(dead).float().mean().item() if dead else 0.0


@mistake("saturation", finding="dead.mode_left")
def dead_fraction(net, x):
    outputs = []
    relus = [m for m in net.modules() if isinstance(m, nn.ReLU)]
    hooks = [m.register_forward_hook(lambda m, i, o: outputs.append(o)) for m in relus]
    net.eval()(x)
    for hook in hooks:
        hook.remove()
    dead = [(o == 0).all(dim=0).flatten() for o in outputs]
    return torch.cat(dead).float().mean().item() if dead else 0.0


@mistake("saturation", finding="dead.mode_of_submodules")
def dead_fraction(net, x):
    outputs, before = [], net.training
    relus = [m for m in net.modules() if isinstance(m, nn.ReLU)]
    hooks = [m.register_forward_hook(lambda m, i, o: outputs.append(o)) for m in relus]
    net.eval()(x)
    for hook in hooks:
        hook.remove()
    net.train(before)
    dead = [(o == 0).all(dim=0).flatten() for o in outputs]
    return torch.cat(dead).float().mean().item() if dead else 0.0


@mistake("saturation", finding="dead.hooks_left")
def dead_fraction(net, x):
    outputs, before = [], {m: m.training for m in net.modules()}
    for module in net.modules():
        if isinstance(module, nn.ReLU):
            module.register_forward_hook(lambda m, i, o: outputs.append(o))
    net.eval()(x)
    for module, mode in before.items():
        module.training = mode
    dead = [(o == 0).all(dim=0).flatten() for o in outputs]
    return torch.cat(dead).float().mean().item() if dead else 0.0


@mistake("saturation", finding="dead.not_number")
def dead_fraction(net, x):
    outputs, before = [], {m: m.training for m in net.modules()}
    relus = [m for m in net.modules() if isinstance(m, nn.ReLU)]
    hooks = [m.register_forward_hook(lambda m, i, o: outputs.append(o)) for m in relus]
    net.eval()(x)
    for hook in hooks:
        hook.remove()
    for module, mode in before.items():
        module.training = mode
    dead = [(o == 0).all(dim=0).flatten() for o in outputs]
    return torch.cat(dead).float().mean() if dead else 0.0


@mistake("saturation", finding="dead.reversed")
def dead_fraction(net, x):
    outputs, before = [], {m: m.training for m in net.modules()}
    relus = [m for m in net.modules() if isinstance(m, nn.ReLU)]
    hooks = [m.register_forward_hook(lambda m, i, o: outputs.append(o)) for m in relus]
    net.eval()(x)
    for hook in hooks:
        hook.remove()
    for module, mode in before.items():
        module.training = mode
    alive = [(o > 0).any(dim=0).flatten() for o in outputs]
    return torch.cat(alive).float().mean().item() if alive else 0.0


@mistake("saturation", finding="dead.extremes")
def dead_fraction(net, x):
    return 0.0
