"""Figures."""

from tests.honest_cells import after, before

CELLS = [
    before(
        "draws a figure with everything on it",
        """
        import matplotlib.pyplot as plt
        import numpy as np
        x = np.linspace(0, 6, 200)
        fig, axes = plt.subplots(2, 2, figsize=(8, 6))
        axes[0, 0].plot(x, np.sin(x), label="$x^2$ und $y_1$")
        axes[0, 0].legend()
        axes[0, 1].hist(np.random.randn(1000), bins=30)
        axes[1, 0].imshow(np.random.rand(28, 28), cmap="gray")
        axes[1, 1].scatter(x, x**2)
        plt.suptitle("Verlauf über die Zeit")
        plt.tight_layout()
        plt.show()
    """,
    ),
    before(
        "draws a large figure",
        """
        import io
        import matplotlib.pyplot as plt
        fig = plt.figure(figsize=(12, 12))
        plt.imshow(torch.rand(1000, 1000))
        fig.savefig(io.BytesIO(), dpi=100)
        plt.show()
    """,
    ),
    before(
        "leaves fifty figures open",
        """
        import matplotlib.pyplot as plt
        for i in range(50):
            plt.figure()
            plt.plot([i, i + 1])
    """,
    ),
    before(
        "changes the style of all figures",
        """
        import matplotlib
        import matplotlib.pyplot as plt
        plt.style.use("ggplot")
        plt.rcParams["figure.figsize"] = (12, 4)
        plt.rcParams["font.family"] = "SimHei"
        plt.rcParams.update({"axes.grid": True, "axes.unicode_minus": False})
        plt.ion()
        plt.title("训练损失")
        plt.plot([3, 2, 1])
        plt.show(block=False)
        plt.pause(0.01)
    """,
    ),
    before(
        "saves figures",
        """
        import matplotlib.pyplot as plt
        plt.plot([1, 2])
        plt.savefig("loss.png")
        plt.savefig("loss.pdf")
        plt.close("all")
    """,
        writes=True,
    ),
    before(
        "chooses a backend",
        """
        import matplotlib
        matplotlib.use("agg")
        matplotlib.use("module://matplotlib_inline.backend_inline")
        import matplotlib.pyplot as plt
        plt.plot([1, 2])
        plt.show()
    """,
    ),
    before(
        "animates",
        """
        import matplotlib.pyplot as plt
        from matplotlib.animation import FuncAnimation
        fig, ax = plt.subplots()
        line, = ax.plot([0, 1])
        animation = FuncAnimation(fig, lambda i: line.set_ydata([0, i]), frames=3)
        html = animation.to_jshtml()
    """,
        writes=True,
    ),
    after(
        "plots while training",
        """
        import matplotlib.pyplot as plt
        net = MLP()
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        losses = []
        for step in range(20):
            loss = net(torch.randn(8, 20)).square().mean()
            optimizer.zero_grad(); loss.backward(); optimizer.step()
            losses.append(loss.item())
            if step % 5 == 0:
                plt.clf(); plt.plot(losses); plt.show()
    """,
    ),
]
